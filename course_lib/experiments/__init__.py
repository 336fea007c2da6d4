"""One question per file; `course train EXPERIMENT` answers it and writes a record."""
