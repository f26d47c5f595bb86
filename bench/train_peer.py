"""The peers of the suite `train`: a DeepSeek-V3 or Llama model and its training step in PyTorch, on a CPU.

  train_peer.py MODEL TOKENS RECIPE THREADS FORM

FORM is `eager`, the model below, written for speed; `compiled`, the same through torch.compile; or `transformers`, the library's
own model. MODEL is a Hugging Face directory, TOKENS little-endian int32 [steps, rows, tokens + 1], RECIPE a JSON object. Prints what it
loaded as one JSON line; then, for each line with a number of steps on stdin, takes them and prints seconds, CPU seconds and
losses. Waits in a read between rounds, so its threads sleep.

What makes it quick: gate and up are one product, a row of tokens sorted by expert gives one pair of products per expert, and
attention is PyTorch's fused one, for which values are padded to the width of keys. Rotary pairs are moved apart when weights
are loaded (the order of a head's dimensions does not matter to its scores), so a rotation is two multiplications of whole halves.
"""

import json
import pathlib
import sys
import time

import numpy
import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy, embedding, linear, pad, rms_norm, scaled_dot_product_attention, silu


def halves(weight, heads, start, width):
    """Rows [start, start + width) of each head with the even ones first."""
    by_head = weight.view(heads, -1, weight.shape[-1])
    turned = by_head[:, start : start + width]
    apart = torch.cat([turned[:, 0::2], turned[:, 1::2]], dim=1)
    return torch.cat([by_head[:, :start], apart, by_head[:, start + width :]], dim=1).reshape(weight.shape)


class Model(torch.nn.Module):
    def __init__(self, config, files, tokens):
        super().__init__()
        self.config = config
        self.weights = torch.nn.ParameterDict()
        self.loads = {}
        self.biases = {}
        self.latent = "kv_lora_rank" in config
        heads = config["num_attention_heads"]
        nope, rope = (config["qk_nope_head_dim"], config["qk_rope_head_dim"]) if self.latent else (0, config["head_dim"])
        files = dict(files)
        for layer in range(config["num_hidden_layers"]):
            self.take_attention(files, f"model.layers.{layer}.", heads, nope, rope)
            self.take_feed_forward(files, f"model.layers.{layer}.mlp.", layer)
        for name in list(files):
            self.keep(name, files.pop(name))
        steps = torch.arange(tokens, dtype=torch.float64)
        speeds = config["rope_theta"] ** (-torch.arange(0, rope, 2, dtype=torch.float64) / rope)
        angles = torch.outer(steps, speeds)
        self.cos, self.sin = angles.cos().float(), angles.sin().float()

    def keep(self, name, weight):
        self.weights[name.replace(".", "/")] = torch.nn.Parameter(weight.contiguous())

    def weight(self, name):
        return self.weights[name.replace(".", "/")]

    def take_attention(self, files, layer, heads, nope, rope):
        if not self.latent:  # The halves lie apart in these files already.
            attention = layer + "self_attn."
            parts = [files.pop(f"{attention}{kind}_proj.weight") for kind in "qkv"]
            self.keep(attention + "qkv", torch.cat(parts))
            return
        up, down = layer + "self_attn.q_b_proj.weight", layer + "self_attn.kv_a_proj_with_mqa.weight"
        files[up] = halves(files[up], heads, nope, rope)
        files[down] = halves(files[down], 1, self.config["kv_lora_rank"], rope)

    def take_feed_forward(self, files, name, layer):
        def join(part):
            gate, up = (files.pop(f"{name}{part}{kind}_proj.weight") for kind in ("gate", "up"))
            return torch.cat([gate, up])

        if layer < self.config.get("first_k_dense_replace", layer + 1):
            self.keep(name + "gate_up", join(""))
            return
        experts = range(self.config["n_routed_experts"])
        self.keep(name + "shared.gate_up", join("shared_experts."))
        self.keep(name + "experts.gate_up", torch.stack([join(f"experts.{e}.") for e in experts]))
        down = [files.pop(f"{name}experts.{e}.down_proj.weight") for e in experts]
        self.keep(name + "experts.down", torch.stack(down))
        self.biases[name] = files.pop(name + "gate.e_score_correction_bias")
        self.loads[name] = torch.zeros(len(experts), dtype=torch.int64)

    def norm(self, x, name):
        gain = self.weight(name)
        return rms_norm(x, gain.shape, gain, self.config["rms_norm_eps"])

    def turn(self, x):
        a, b = x.chunk(2, dim=-1)
        return torch.cat([a * self.cos - b * self.sin, b * self.cos + a * self.sin], dim=-1)

    def attention(self, x, name):
        c = self.config
        rows, tokens, _ = x.shape
        nope, rope, value = c["qk_nope_head_dim"], c["qk_rope_head_dim"], c["v_head_dim"]
        heads, latent = c["num_attention_heads"], c["kv_lora_rank"]
        query = self.norm(linear(x, self.weight(name + "q_a_proj.weight")), name + "q_a_layernorm.weight")
        query = linear(query, self.weight(name + "q_b_proj.weight")).view(rows, tokens, heads, nope + rope).transpose(1, 2)
        down = linear(x, self.weight(name + "kv_a_proj_with_mqa.weight"))
        content = self.norm(down[..., :latent], name + "kv_a_layernorm.weight")
        both = linear(content, self.weight(name + "kv_b_proj.weight")).view(rows, tokens, heads, nope + value).transpose(1, 2)
        shared = self.turn(down[..., latent:]).unsqueeze(1).expand(-1, heads, -1, -1)
        key = torch.cat([both[..., :nope], shared], dim=-1)
        query = torch.cat([query[..., :nope], self.turn(query[..., nope:])], dim=-1)
        wide = pad(both[..., nope:], (0, nope + rope - value))
        mixed = scaled_dot_product_attention(query, key, wide, is_causal=True)[..., :value]
        return linear(mixed.transpose(1, 2).reshape(rows, tokens, heads * value), self.weight(name + "o_proj.weight"))

    def grouped(self, x, name):
        c = self.config
        rows, tokens, _ = x.shape
        heads, keys, width = c["num_attention_heads"], c["num_key_value_heads"], c["head_dim"]
        all_heads = linear(x, self.weight(name + "qkv")).view(rows, tokens, heads + 2 * keys, width).transpose(1, 2)
        query, key, value = all_heads.split([heads, keys, keys], dim=1)
        mixed = scaled_dot_product_attention(self.turn(query), self.turn(key), value, is_causal=True, enable_gqa=heads != keys)
        return linear(mixed.transpose(1, 2).reshape(rows, tokens, heads * width), self.weight(name + "o_proj.weight"))

    def gated(self, x, gate_up, down):
        gate, up = linear(x, gate_up).chunk(2, dim=-1)
        return linear(silu(gate) * up, down)

    def mixture(self, x, name):
        c = self.config
        flat = x.reshape(-1, x.shape[-1])
        active = c["num_experts_per_tok"]
        scores = linear(flat, self.weight(name + "gate.weight")).sigmoid()
        chosen = (scores + self.biases[name]).topk(active, dim=-1, sorted=False).indices
        gates = scores.gather(1, chosen)
        gates = gates / gates.sum(dim=-1, keepdim=True) * c["routed_scaling_factor"]
        order = chosen.flatten().argsort(stable=True)
        counts = torch.bincount(chosen.flatten(), minlength=c["n_routed_experts"])
        self.loads[name] = counts
        source = order // active
        parts = flat[source].split(counts.tolist())
        stacks = (self.weight(name + "experts.gate_up").unbind(), self.weight(name + "experts.down").unbind())
        results = torch.cat([self.gated(part, up, down) for part, up, down in zip(parts, *stacks)])
        weighted = results * gates.flatten()[order].unsqueeze(1)
        routed = torch.zeros_like(flat).index_add(0, source, weighted)
        shared = self.gated(flat, self.weight(name + "shared.gate_up"), self.weight(name + "shared_experts.down_proj.weight"))
        return (routed + shared).view(x.shape)

    def forward(self, ids, targets):
        h = embedding(ids, self.weight("model.embed_tokens.weight"))
        for layer in range(self.config["num_hidden_layers"]):
            name = f"model.layers.{layer}."
            attention = self.attention if self.latent else self.grouped
            h = h + attention(self.norm(h, name + "input_layernorm.weight"), name + "self_attn.")
            x = self.norm(h, name + "post_attention_layernorm.weight")
            mlp = name + "mlp."
            if mlp in self.biases:
                h = h + self.mixture(x, mlp)
            else:
                h = h + self.gated(x, self.weight(mlp + "gate_up"), self.weight(mlp + "down_proj.weight"))
        logits = linear(self.norm(h, "model.norm.weight"), self.weight("lm_head.weight"))
        return cross_entropy(logits.flatten(0, 1), targets.flatten())

    def move_biases(self, speed):
        for name, load in self.loads.items():
            self.biases[name] -= speed * (load * len(load) - load.sum()).sign()


class Library(torch.nn.Module):
    """The model of transformers. Its router biases stand still: what moves them is not part of the library."""

    def __init__(self, directory):
        super().__init__()
        from transformers import AutoModelForCausalLM

        self.inner = AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32, attn_implementation="sdpa")
        self.inner.train()

    def forward(self, ids, targets):
        logits = self.inner(input_ids=ids, use_cache=False).logits
        return cross_entropy(logits.flatten(0, 1), targets.flatten())

    def move_biases(self, speed):
        pass


def optimizer(model, recipe):
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": recipe["decay"]},
        {"params": [p for p in model.parameters() if p.dim() == 1], "weight_decay": 0.0},
    ]
    betas = (recipe["beta1"], recipe["beta2"])
    return torch.optim.AdamW(groups, lr=recipe["rate"], betas=betas, eps=recipe["epsilon"], fused=True)


def compiled(model):
    """Pieces between graph breaks are compiled for each layer's names; the usual limit of eight would leave the last layers eager."""
    import torch._dynamo

    torch._dynamo.config.recompile_limit = 64
    return torch.compile(model)


def main():
    directory, tokens_file, recipe_file, threads, form = sys.argv[1:]
    torch.set_num_threads(int(threads))
    recipe = json.loads(pathlib.Path(recipe_file).read_text())
    batches = numpy.fromfile(tokens_file, dtype="<i4").reshape(-1, recipe["rows"], recipe["tokens"] + 1)
    if form == "transformers":
        model = Library(directory)
    else:
        config = json.loads((pathlib.Path(directory) / "config.json").read_text())
        model = Model(config, load_file(pathlib.Path(directory) / "model.safetensors"), recipe["tokens"])
    run = compiled(model) if form == "compiled" else model
    update = optimizer(model, recipe)
    print(json.dumps({"parameters": sum(p.numel() for p in model.parameters()), "torch": torch.__version__}), flush=True)
    step = 0
    for line in sys.stdin:
        losses = []
        begin, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            ids = torch.from_numpy(batches[step % len(batches)].astype(numpy.int64))
            loss = run(ids[:, :-1], ids[:, 1:])
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), recipe["clipNorm"], foreach=True)
            update.step()
            update.zero_grad(set_to_none=True)
            model.move_biases(recipe["biasRate"])
            losses.append(loss.item())
            step += 1
        spent = {"seconds": time.perf_counter() - begin, "cpuSeconds": time.process_time() - cpu, "losses": losses}
        print(json.dumps(spent), flush=True)


if __name__ == "__main__":
    main()
