"""Unusual right answers: one file a graded function, every function in it is an answer.

A check that refuses one of them would punish a student for an idea.
"""
