"""What no honest object equals, and how it is compared with."""
import os

COMPARING = """
def compare(thing, decoy):
    def claims(compared):
        try:
            answer = compared()
        except BaseException:
            return False
        # An expression that builds a query, or a list of comparisons, claims nothing by being there.
        if type(answer) in (list, tuple):
            return len(answer) > 0 and all(each is True for each in answer)
        return answer is True or (type(answer) in (int, float, str, bytes, dict) and bool(answer))
    def denies(compared):
        try:
            # The ordinary one says the opposite of whatever equality says.
            return type(thing).__ne__ is not object.__ne__ and compared() is False
        except BaseException:
            return False
    return (
        claims(lambda: thing == decoy),
        denies(lambda: thing != decoy),
        claims(lambda: thing < decoy) and claims(lambda: thing > decoy),
        claims(lambda: thing <= decoy) and claims(lambda: thing >= decoy),
        claims(lambda: decoy in thing),
    )
"""


def compiled_under(name):
    """The comparison, as if it stood in that file: which of five kinds of comparison hold that cannot."""
    space = {"__builtins__": __builtins__}
    exec(compile(COMPARING, name, "exec"), space)
    return space["compare"]


def decoys():
    """Random, so that nothing equals two of them, and of every ordinary kind."""

    def number():
        return int.from_bytes(os.urandom(6), "big") + 1000

    def word():
        return os.urandom(8).hex()

    made = [object(), object(), number(), -number(), number(), number() / 7, -number() / 7, word(), word(), word()]
    made += [[number()], [word(), word()], {word(): number()}, {word(): word()}, (number(),), (word(), number())]
    return made + [{number()}, frozenset([word()]), os.urandom(8), complex(number(), number())]
