"""pytest's command line: the project's own options, without those that choose, repeat, stop or report."""
import os
import re
import shlex

INI_FILES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
PLAIN = os.path.join(os.path.dirname(os.path.dirname(__file__)), "pytest.ini")
# Dropped with the value that follows, joined by `=` or not.
VALUED = frozenset(
    "-k -m -n -c --maxfail --numprocesses --dist --tx --maxprocesses --maxworkers --reruns --reruns-delay --only-rerun"
    " --rerun-except --deselect --ignore --ignore-glob --junitxml --junit-xml --junitprefix --junit-prefix --html --css"
    " --json-report-file --report-log --resultlog --result-log --log-file --cov-report --cov-config"
    " --cov-fail-under --cov-context --config-file --rootdir --confcutdir --basetemp --pdbcls --splits --group"
    " --store-durations --durations-path --num-shards --shard-id --shard --count --repeat-scope --random-order-seed"
    " --random-order-bucket --randomly-seed --last-failed-no-failures --lfnf --pastebin"
    " --max-runs --min-passes --flaky-report-file --workers --tests-per-worker --session-timeout".split()
)
FLAGS = frozenset(
    "-x --exitfirst --lf --last-failed --ff --failed-first --nf --new-first --sw --stepwise --sw-skip --stepwise-skip"
    " --sw-reset --stepwise-reset --cache-clear --cache-show --collect-only --co --pdb --trace --setup-only"
    " --setup-plan --fixtures --funcargs --fixtures-per-test --markers --help --version --no-cov --cov --cov-branch"
    " --no-cov-on-fail --cov-append --cov-reset --forked --boxed -f --looponfail --picked --testmon --force-flaky"
    " --json-report --self-contained-html --debug --continue-on-collection-errors --no-flaky-report --no-success-flaky-report"
    " --random-order --randomly-dont-reorganize --randomly-dont-reset-seed -h -V -d --distload".split()
)
SHORT_WITH_VALUE = "kmncprWo"


def command_line(test_file, settings):
    """The arguments, and plugins that are to be brought in when the workspace can be imported from."""
    workdir = settings["workdir"]
    ini, given = read_ini(settings["config"]) if settings["config"] else find_ini(test_file, workdir)
    arguments, plugins = kept(given, workdir)
    return [
        *arguments,
        *("-c", ini or PLAIN, "-o", "addopts=", "--rootdir", workdir, "--confcutdir", workdir),
        *("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:flaky", "--color=no", test_file),
    ], plugins


def find_ini(test_file, workdir):
    """The nearest configuration above the test, up to the workspace, as pytest finds it, and its `addopts`."""
    folder = os.path.dirname(test_file)
    while True:
        for name in INI_FILES:
            ini, given = read_ini(os.path.join(folder, name))
            if ini is not None:
                return ini, given
        if folder == workdir or not folder.startswith(workdir + "/"):
            return None, None
        folder = os.path.dirname(folder)


def read_ini(name):
    """The file itself, where it configures pytest, and its `addopts`."""
    from pathlib import Path

    from _pytest.config.findpaths import load_config_dict_from_file

    found = load_config_dict_from_file(Path(name)) if os.path.isfile(name) else None
    if found is None:
        return None, None
    value = found.get("addopts")
    return name, getattr(value, "value", value)


def kept(addopts, workdir):
    tokens = shlex.split(addopts) if isinstance(addopts, str) else list(addopts or [])
    arguments, plugins = [], []
    while tokens:
        token = tokens.pop(0)
        name, equals, _ = token.partition("=")
        if name in VALUED:
            if not equals and tokens:
                tokens.pop(0)
        elif name == "--cov" and not equals and tokens and not tokens[0].startswith("-"):
            tokens.pop(0)
        elif name in FLAGS:
            continue
        elif re.match("-[a-zA-Z]", token):
            letters, option, value = short(token, tokens)
            arguments += ["-" + letters] if letters else []
            if option == "p" and not value.startswith("no:"):
                plugins.append(value)
            elif option and "-" + option not in VALUED:
                arguments += ["-" + option, value]
        elif token.startswith("-") or not is_place(token, workdir):
            arguments.append(token)
    return arguments, plugins


def short(token, tokens):
    """One or more options of one letter, of which the last may have a value: the others, the last, its value."""
    letters = ""
    for index, letter in enumerate(token[1:], 1):
        if letter in SHORT_WITH_VALUE:
            return letters, letter, token[index + 1:] or (tokens.pop(0) if tokens else "")
        letters += "" if "-" + letter in FLAGS else letter
    return letters, "", ""


def is_place(token, workdir):
    """A test to run, rather than the value of the option before it."""
    return "::" in token or os.path.exists(os.path.join(workdir, token))
