// Empty on purpose: the theme's icons come from its web font, and its script for the same icons
// weighs one and a half megabytes.
