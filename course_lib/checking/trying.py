"""Try a function that may not be written yet."""

from collections.abc import Callable


def try_out(function: Callable, *arguments, **options) -> None:
    """Call the function and print what it gives, or that it is not written yet.

    Any other error is shown whole, as Python shows it: it names the line to look at.
    """
    name = getattr(function, "__name__", "it")
    try:
        value = function(*arguments, **options)
    except NotImplementedError:
        print(f"{name} is not written yet.")
        return
    print(f"{name} gives {value}")
