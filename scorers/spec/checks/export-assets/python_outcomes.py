"""How a check ends."""

passed = {"outcome": "pass", "message": ""}


def fail(message):
    return {"outcome": "fail", "message": message}


def unknown(message):
    return {"outcome": "unknown", "message": message}
