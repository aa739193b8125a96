"""The commands that keep the house in order: status, doctor, config, catalog."""

import argparse
import os
import sys
from pathlib import Path

from keepers import config as settings_module
from keepers import wiring
from keepers.catalog import locations, sightings
from keepers.catalog.store import Catalog
from keepers.cli import old_settings, session, show
from keepers.errors import UsageError
from keepers.workflows.doctor import Check

_MARKS = {"ok": " ok   ", "warn": " warn ", "fail": " FAIL ", "off": " --   "}


def status(options: argparse.Namespace) -> int:
    """Say what is known, from where, and which runs there were."""
    opened = session.opened(options)
    with opened.catalog(create=False) as catalog:
        known = sightings.counts(catalog, [])
        roots = locations.roots(catalog)
    runs = opened.history()
    if options.json:
        show.document(
            {
                "catalog": str(opened.catalog_file),
                "photos": known.photos,
                "companions": known.companions,
                "unreadable": known.unreadable,
                "bytes": known.bytes,
                "roots": [
                    {"path": path, "photos": photos, "scanned": scanned} for path, photos, scanned in roots
                ],
                "runs": len(runs),
            }
        )
        return 0
    show.line(f"catalog {opened.catalog_file}")
    photos, companions = show.count(known.photos, "photo"), show.count(known.companions, "companion")
    show.line(f"{photos}, {companions}, {show.size(known.bytes)}; {known.unreadable:,} unreadable")
    for path, number, scanned in roots:
        show.line(f"  {path}: {show.count(number, 'photo')}, last scanned {scanned[:16].replace('T', ' ')}")
    for run in runs[-5:]:
        show.line(f"  run {run.id}: {run.title}, {run.state}")
    return 0


def doctor(options: argparse.Namespace) -> int:
    """Check this installation; exit code 1 when something that is needed does not work."""
    checks = session.opened(options).doctor()
    if options.json:
        show.document(
            {"checks": [{"name": c.name, "state": c.state, "detail": c.detail, "fix": c.fix} for c in checks]}
        )
    else:
        for check in checks:
            _tell(check)
    return 1 if any(check.state == "fail" for check in checks) else 0


def config(options: argparse.Namespace) -> int:
    """Show all settings with their meaning, or set one in keepers.toml."""
    if options.what == "set":
        return _set(options)
    if options.what == "import":
        return old_settings.bring(options)
    table = settings_module.describe(session.opened(options).settings)
    if options.name is not None:
        table = tuple(setting for setting in table if setting.name == options.name)
        if not table:
            message = f"there is no setting called {options.name!r}; `keepers config show` lists them"
            raise UsageError(message)
    if options.json:
        show.document(
            {
                "file": str(settings_module.config_file(os.environ)),
                "settings": [
                    {
                        "name": s.name,
                        "value": s.value,
                        "default": s.default,
                        "environment": s.variable,
                        "doc": s.doc,
                    }
                    for s in table
                ],
            }
        )
    else:
        show.line(f"settings file: {settings_module.config_file(os.environ)}")
        for setting in table:
            show.line(
                f"{setting.name} = {setting.value!r}   ({setting.doc} Default {setting.default!r}; {setting.variable})"
            )
    return 0


def catalog(options: argparse.Namespace) -> int:
    """Check the catalog, back it up, or write it out as JSON lines."""
    opened = session.opened(options)
    with opened.catalog(create=False) as store:
        if options.what == "check":
            return _check(options, store)
        if options.what == "backup":
            file = Path(options.file) if options.file else _beside(opened)
            store.backup(file)
            if options.json:
                show.document({"file": str(file)})
            else:
                show.line(f"backed up to {file}")
            return 0
        if options.file:
            with Path(options.file).open("x", encoding="ascii") as out:
                out.writelines(line + "\n" for line in store.export())
        else:
            sys.stdout.writelines(line + "\n" for line in store.export())
    return 0


def _check(options: argparse.Namespace, store: Catalog) -> int:
    problems = store.check()
    if options.json:
        show.document({"problems": list(problems)})
    else:
        show.line("\n".join(problems) if problems else f"{store.file} is sound.")
    return 1 if problems else 0


def _beside(opened: wiring.Session) -> Path:
    file = opened.catalog_file
    numbers = (file.with_name(f"{file.name}.{number}.backup") for number in range(1, 10_000))
    return next(candidate for candidate in numbers if not candidate.exists())


def _set(options: argparse.Namespace) -> int:
    if options.name is None or options.value is None:
        message = "give the setting and its value: keepers config set time_window 60"
        raise UsageError(message)
    value = settings_module.checked(options.name, options.value, "command line")
    file = settings_module.config_file(os.environ)
    settings_module.store(file, options.name, value)
    if options.json:
        show.document({"file": str(file), "name": options.name, "value": value})
    else:
        show.line(f"{options.name} = {value!r} in {file}")
    return 0


def _tell(check: Check) -> None:
    show.line(
        f"{_MARKS[check.state]} {check.name}: {check.detail}" + (f"   → {check.fix}" if check.fix else "")
    )
