"""How much of a person a screen shows (Q6, domain.md §3.10)."""


def name(text: str) -> str:
    """A person's surname or a company's first characters: 王**, 阿***, 广州****."""
    shown = 2 if len(text) > 4 and "·" not in text else 1
    return text[:shown] + "*" * min(len(text) - shown, 4)


def id_no(text: str) -> str:
    """First three and last four characters, so that the birth date stays hidden."""
    return text[:3] + "*" * max(len(text) - 7, 3) + text[-4:] if len(text) > 8 else "*" * len(text)


def number(text: str) -> str:
    """A vehicle's VIN or engine number: the last four characters."""
    return "*" * max(len(text) - 4, 4) + text[-4:] if len(text) > 5 else "*" * len(text)


def phone(text: str) -> str:
    """138****1234; of a landline the last three digits."""
    if len(text) == 11 and text.isdigit():
        return f"{text[:3]}****{text[-4:]}"
    return "*" * max(len(text) - 3, 3) + text[-3:]
