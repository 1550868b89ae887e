"""Parameters (参数): values the business changes by itself, dated, versioned, by two people."""
