"""Amounts as printed: `3,280.50`, and in capital numerals that nobody can alter (人民币大写)."""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))
_LIMIT = 10**18


def amount(fen: int) -> str:
    """Fen as yuan with two decimals and thousands separators."""
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), 100)
    return f"{sign}{yuan:,}.{rest:02d}"


def capitals(fen: int) -> str:
    """Fen in capital numerals without the currency: 328050 is 叁仟贰佰捌拾元伍角整.

    会计基础工作规范 Art. 52: 整 closes an amount that ends with yuan or jiao, not one that ends
    with fen; zeros within are read once. ValueError below zero or from ten quadrillion yuan.
    """
    if not 0 <= fen < _LIMIT:
        raise ValueError(f"no capital numerals for {fen} fen")
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    words = f"{_integer(yuan)}元" if yuan or not fen else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan and cents:
        words += "零"
    return words + (f"{_DIGITS[cents]}分" if cents else "整")


def _integer(number: int) -> str:
    for unit, name in _UNITS:
        if number >= unit:
            head, tail = divmod(number, unit)
            words = _integer(head) + name
            if not tail:
                return words
            return words + ("零" if tail < unit // 10 else "") + _integer(tail)
    return _DIGITS[number]
