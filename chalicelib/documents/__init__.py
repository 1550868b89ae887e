"""Policy documents (电子保单): made once per version, kept unchanged, verifiable by all (D1–D5)."""
