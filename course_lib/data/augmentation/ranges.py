"""Which settings an augmentation accepts."""

Number = int | float


def require_probability(probability: Number) -> None:
    if not 0 <= probability <= 1:
        raise ValueError(f"probability is {probability}; give a number from 0 to 1.")


def require_not_negative(**settings: Number) -> None:
    """ValueError names the setting that is negative."""
    for name, value in settings.items():
        if not value >= 0:
            raise ValueError(f"{name} is {value}; give 0 (no change) or more.")


def require_range(name: str, low: Number, high: Number, least: Number) -> None:
    """ValueError unless least <= low <= high."""
    if not least <= low <= high:
        raise ValueError(
            f"{name} is ({low}, {high}); give two numbers, the smaller first, of at least {least}."
        )


def require_one_of(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} is '{value}'; choose one of {', '.join(choices)}.")
