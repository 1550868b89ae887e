"""Audit (审计): who looked at or changed what, when, why and with what outcome; never edited."""
