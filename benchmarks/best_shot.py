"""Best shot of a series: is the pick among the frames that people call best, and never one they call worst?

    python benchmarks/best_shot.py DATA_DIR

DATA_DIR holds `bursts/best.json` (frames with times, `best_any_of`, `worst`). Every series is judged in
several shuffled orders; another pick in another order counts as a failure.
"""

import json
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from keepers.decide.keep import decide
from keepers.detect.choose import choose
from keepers.detect.look import look
from keepers.model import LOCAL, Asset, Bundle, ContentId, Decision, Group, GroupKind, Kind, Look, Ref, Taken
from keepers.ports import LookTask
from keepers.score.weights import Weights

ORDERS = 5


def main() -> int:
    if len(sys.argv) < 2:
        print("give the folder of labelled photos: python benchmarks/best_shot.py DATA_DIR")
        return 0
    folder = Path(sys.argv[1])
    choice = choose("auto")
    print(choice.word)
    series = json.loads((folder / "bursts" / "best.json").read_text("utf-8"))["bursts"]
    best = worst = avoidable = steady = 0
    for burst in series:
        frames = {frame["path"]: _frame(folder, frame, choice.name) for frame in burst["frames"]}
        picks = [_decided(frames, burst["id"], order) for order in range(ORDERS)]
        pick = picks[0].keep[0].key
        steady += len({decision.keep for decision in picks}) == 1
        best += pick in burst["best_any_of"]
        worst += pick in burst["worst"]
        avoidable += bool(burst["worst"])
        reasons = next(score.reasons for score in picks[0].scores if score.ref.key == pick)
        mark = "best" if pick in burst["best_any_of"] else "WORST" if pick in burst["worst"] else "other"
        print(f"{burst['title']:<28} {mark:<6} {Path(pick).name}: {'; '.join(reasons)}")
    print(f"pick among the best: {best}/{len(series)} = {best / len(series):.2f} (wanted >= 0.80)")
    print(f"pick among the worst: {worst}/{avoidable} (wanted 0)")
    print(f"the same pick in {ORDERS} orders: {steady}/{len(series)}")
    return int(worst > 0)


def _frame(folder: Path, frame: dict[str, Any], backend: str) -> tuple[Bundle, Look]:
    path = folder / frame["path"]
    content = ContentId(f"b3:{frame['path']}")
    taken = Taken(datetime.fromisoformat(frame["time"]).replace(tzinfo=UTC), "exif", certain=True)
    asset = Asset(Ref(LOCAL, frame["path"]), Kind.PHOTO, path.stat().st_size, "0:0:0", content, taken)
    return Bundle(asset), look(LookTask(str(path), content, backend))


def _decided(frames: dict[str, tuple[Bundle, Look]], name: str, order: int) -> Decision:
    members = list(frames.values())
    random.Random(order).shuffle(members)
    group = Group(name, GroupKind.BURST, tuple(bundle for bundle, _ in members))
    return decide(group, {seen.content: seen for _, seen in members}, {}, Weights())


if __name__ == "__main__":
    sys.exit(main())
