"""What a teacher runs: from what students hand in to a gradebook, feedback and a CSV.

Nothing that happens in a student's process counts as a verdict. `intake` and `transplant` bring
their answers into our notebook, `sandbox` runs it, `examiner` judges the values that come out,
and `gradebook` writes the verdicts into nbgrader. `classroom` holds them together.

The modules are imported one by one: the examiner must not load nbgrader, nor the command torch.
"""
