"""Tables of a day as staff see them, with names in their language."""

from typing import Any

from chalicelib.analysis import counting, words


def populations(facts: dict[str, Any], language: str) -> list[dict[str, Any]]:
    """Every population of an organisation's tables as they are stored; null where hidden."""
    return [
        {
            "population": population,
            "name": words.population(population, language),
            "people": facts[population]["people"],
            "tables": _tables(population, facts[population]["tables"], language),
        }
        for population in counting.TABLES
        if population in facts
    ]


def _tables(population: str, held: dict[str, Any], language: str) -> list[dict[str, Any]]:
    return [
        {
            "table": table,
            "name": words.table(table, language),
            "left_out": held[table] is None,
            "rows": [
                {
                    "code": row["code"],
                    "name": words.category(table, row["code"], language),
                    "people": row.get("people"),
                    **{column: _number(row, column) for column in columns},
                }
                for row in words.ordered(table, held[table] or [])
            ],
        }
        for table, columns in counting.TABLES[population].items()
        if table in held
    ]


def _number(row: dict[str, Any], column: str) -> Any:
    number = row.get(column)
    if column in counting.MONEY and number is not None:
        return {"amount": number, "currency": "CNY"}
    return number
