"""The demonstration: invented people, whose lives in casetrack follow published proportions, and a tour of it."""
