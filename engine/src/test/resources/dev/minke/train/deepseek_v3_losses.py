"""Losses of a training run of transformers' DeepseekV3ForCausalLM, for a comparison with ours.

  deepseek_v3_losses.py RUN OUT [--double] [--noise SEED] [--attention NAME] [--experts NAME] [--threads N] [--rule KEY=VALUE]

RUN holds model/ (config.json, model.safetensors), recipe.json and tokens.bin: little-endian int32 [steps, rows, tokens + 1].
OUT gets the losses as JSON. --double computes everything in float64, also what transformers forces to float32; --noise moves
each initial weight to one of its two neighbours in float32; --rule changes a number of recipe.json.
"""

import argparse
import json
import math
import os
import pathlib
import types

import numpy
import torch
import transformers
from transformers.models.deepseek_v3 import modeling_deepseek_v3 as modeling


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--double", action="store_true")
    parser.add_argument("--noise", type=int)
    parser.add_argument("--attention", default="eager")
    parser.add_argument("--experts", default="eager")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rule", action="append", default=[])
    return parser.parse_args()


class InDouble(types.ModuleType):
    """torch, in which float32 means float64: the model's code names float32 where it wants more than bfloat16."""

    float = float32 = torch.float64

    def __getattr__(self, name):
        return getattr(torch, name)


def in_double():
    modeling.torch = InDouble("torch")
    torch.Tensor.float = torch.Tensor.double
    torch.set_default_dtype(torch.float64)


def load(options):
    if options.double:
        in_double()
    kind = torch.float64 if options.double else torch.float32
    model, report = modeling.DeepseekV3ForCausalLM.from_pretrained(
        options.run / "model",
        dtype=kind,
        attn_implementation=options.attention,
        experts_implementation=options.experts,
        output_loading_info=True,
    )
    faults = {key: value for key, value in report.items() if value}
    if faults:
        raise SystemExit(f"the model was not loaded as written: {faults}")
    model = model.to(kind)
    if options.noise is not None:
        add_noise(model, options.noise)
    return model.train()


def add_noise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            up = torch.rand(weight.shape, generator=generator) < 0.5
            far = torch.full_like(weight, math.inf)
            weight.copy_(torch.nextafter(weight, torch.where(up, far, -far)))


def rate(recipe, step):
    """Linear up, constant, half a cosine down; steps from 1."""
    steps = recipe["steps"]
    rising = math.ceil(recipe["warmupShare"] * steps)
    falling = math.ceil(recipe["decayShare"] * steps)
    if step <= rising:
        return recipe["rate"] * step / rising
    done = (step - (steps - falling)) / falling
    if done <= 0:
        return recipe["rate"]
    last = recipe["finalShare"]
    return recipe["rate"] * (last + (1 - last) * (1 + math.cos(math.pi * done)) / 2)


class Balance:
    """Moves router biases after a step by the load they brought about (DeepSeek-V3 section 2.1.2)."""

    def __init__(self, model):
        self.routers = [m for m in model.modules() if isinstance(m, modeling.DeepseekV3TopkRouter)]
        self.loads = [torch.zeros(router.num_experts, dtype=torch.int64) for router in self.routers]
        for router, load in zip(self.routers, self.loads):
            router.register_forward_hook(lambda module, _, out, load=load: self.count(module, out[2], load))

    @staticmethod
    def count(router, chosen, load):
        load += torch.bincount(chosen.flatten(), minlength=router.num_experts)

    def move(self, speed):
        for router, load in zip(self.routers, self.loads):
            surplus = (load * len(load) - load.sum()).sign()
            router.e_score_correction_bias -= speed * surplus.to(router.e_score_correction_bias.dtype)
            load.zero_()


def optimizer(model, recipe):
    matrices = [p for p in model.parameters() if p.dim() > 1]
    gains = [p for p in model.parameters() if p.dim() == 1]
    groups = [
        {"params": matrices, "weight_decay": recipe["decay"]},
        {"params": gains, "weight_decay": recipe["gainDecay"]},
    ]
    return torch.optim.AdamW(groups, betas=(recipe["beta1"], recipe["beta2"]), eps=recipe["epsilon"], foreach=False)


def losses(model, recipe, tokens):
    update = optimizer(model, recipe)
    balance = Balance(model)
    found = []
    for step, batch in enumerate(tokens, start=1):
        ids = torch.from_numpy(batch.astype(numpy.int64))
        logits = model(input_ids=ids[:, :-1], use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        update.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), recipe["clipNorm"])
        for group in update.param_groups:
            group["lr"] = rate(recipe, step)
        update.step()
        balance.move(recipe["biasRate"])
        found.append(loss.item())
    return found


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    transformers.utils.logging.disable_progress_bar()
    torch.use_deterministic_algorithms(True)
    recipe = json.loads((options.run / "recipe.json").read_text())
    for change in options.rule:
        key, value = change.split("=")
        if key not in recipe:
            raise SystemExit(f"--rule: expected one of {sorted(recipe)}, found {key}")
        recipe[key] = float(value)
    tokens = numpy.fromfile(options.run / "tokens.bin", dtype="<i4").reshape(recipe["steps"], recipe["rows"], -1)
    model = load(options)
    result = {
        "losses": losses(model, recipe, tokens),
        "parameters": sum(p.numel() for p in model.parameters()),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }
    partial = options.out.with_suffix(".partial")
    partial.write_text(json.dumps(result))
    os.replace(partial, options.out)


if __name__ == "__main__":
    main()
