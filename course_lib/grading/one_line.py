"""Words that a student may have chosen, made fit for a terminal and for a table."""


def one_line(text: str) -> str:
    """The same words on one line, without control characters and lone surrogates.

    An escape sequence could move the cursor, and a line break could begin a line that looks ours.
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
