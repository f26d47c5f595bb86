"""The peer of `bench/run quality`: trains train_peer.py's model from its own draws and is judged.

  quality_peer.py DIRECTORY

DIRECTORY holds what the experiment wrote: model (for its shape), tokens.bin [steps * rows, tokens + 1], a file of rows for each
judge (-1 behind the end of a row), recipe.json. Prints one JSON line: parameters, loss over the last tenth, nats for each judge.
"""

import json
import math
import pathlib
import sys
import time

import numpy
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy

import train_peer


def draw(model, recipe):
    """Matrices from a normal distribution, gains 1; the files' weights are forgotten."""
    torch.manual_seed(recipe["seed"])
    for parameter in model.parameters():
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=recipe["deviation"])
        else:
            torch.nn.init.ones_(parameter)
    for bias in model.biases.values():
        bias.zero_()


def rate(recipe, step):
    """Of a step from 1: linear warm-up, constant, half a cosine down."""
    steps = recipe["steps"]
    warmup, decay = math.ceil(recipe["warmup"] * steps), math.ceil((1 - recipe["decayFrom"]) * steps)
    if step <= warmup:
        return recipe["rate"] * step / warmup
    done = max(0, decay - (steps - step)) / decay
    return recipe["rate"] * (recipe["final"] + (1 - recipe["final"]) * 0.5 * (1 + math.cos(math.pi * done)))


def rows(file, recipe):
    return torch.from_numpy(numpy.fromfile(file, dtype="<i4").reshape(-1, recipe["tokens"] + 1).astype(numpy.int64))


def logits(model, ids):
    """All but the loss of train_peer's forward."""
    kept = {}

    def keep(all_logits, targets):
        kept["logits"] = all_logits
        return all_logits.sum() * 0

    before, train_peer.cross_entropy = train_peer.cross_entropy, keep
    try:
        model(ids, torch.zeros_like(ids))
    finally:
        train_peer.cross_entropy = before
    return kept["logits"]


def judged(model, judge):
    nats = 0.0
    with torch.no_grad():
        for part in judge.split(16):
            targets = part[:, 1:].clone()
            found = logits(model, part[:, :-1].clamp(min=0))
            nats += cross_entropy(found.double(), targets.flatten(), ignore_index=-1, reduction="sum").item()
    return nats


def main():
    directory = pathlib.Path(sys.argv[1])
    recipe = json.loads((directory / "recipe.json").read_text())
    config = json.loads((directory / "model" / "config.json").read_text())
    model = train_peer.Model(config, load_file(directory / "model" / "model.safetensors"), recipe["tokens"])
    draw(model, recipe)
    update = train_peer.optimizer(model, recipe)
    batches = rows(directory / "tokens.bin", recipe).split(recipe["rows"])
    losses, violations, begin = [], [], time.perf_counter()
    for step, batch in enumerate(batches, start=1):
        for group in update.param_groups:
            group["lr"] = rate(recipe, step)
        loss = model(batch[:, :-1], batch[:, 1:])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe["clipNorm"], foreach=True)
        update.step()
        update.zero_grad(set_to_none=True)
        model.move_biases(recipe["biasRate"])
        losses.append(loss.item())
        violations.append(max((load.max() / load.float().mean()).item() - 1 for load in model.loads.values()))
        if step % 100 == 0:
            print(f"  step {step} of {len(batches)}: loss {losses[-1]:.3f}", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - begin
    tail = losses[int(0.9 * len(losses)) :]
    half = violations[len(violations) // 2 :]
    answer = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "trainLoss": sum(tail) / len(tail),
        "maxViolation": sum(half) / len(half),
        "seconds": seconds,
        "nats": {name: judged(model, rows(directory / f"{name}.bin", recipe)) for name in recipe["judges"]},
    }
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
