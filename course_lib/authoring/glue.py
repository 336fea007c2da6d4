"""Give a number a name, so that the text of the chapter can quote it."""


def glue(name: str, value: object) -> None:
    """Store `value` in the cell's output; the text quotes it as {glue:text}`name`.

    Nothing is shown. The output is the one that MyST-NB's own glue writes, which is not
    installed in Colab, where the quoted number already stands in the text.
    """
    from IPython.display import display

    display(
        {"application/papermill.record/text/plain": repr(value)},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": "application/papermill.record/"}},
    )
