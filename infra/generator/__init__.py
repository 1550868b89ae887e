"""Seeded, realistic data of an insurer's core system: the same seed, the same bytes."""

from infra.generator.demonstration import demo
from infra.generator.portfolio import Portfolio, portfolio
from infra.generator.writers import write_csv, write_jsonl, write_xlsx

__all__ = ["Portfolio", "demo", "portfolio", "write_csv", "write_jsonl", "write_xlsx"]
