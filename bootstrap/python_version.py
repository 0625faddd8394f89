"""The oldest Python the project runs on, and the sentence for an older one.

This file, `__init__` and `__main__` keep to syntax that older interpreters read: the sentence must be seen.
"""

OLDEST = (3, 11)


def find_problem(version: "tuple[int, int]") -> str:
    """Return the sentence to print when `version` is too old, else an empty string."""
    if version >= OLDEST:
        return ""
    sentence = (
        "Xiaopu needs Python {}.{} or newer, and this is Python {}.{}. Install a newer one and use that."
    )
    return sentence.format(OLDEST[0], OLDEST[1], version[0], version[1])
