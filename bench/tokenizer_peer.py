"""The peers of the suite `tokenizer`: Hugging Face's tokenizers and tiktoken, with the same vocabularies on the same text.

  tokenizer_peer.py DIRECTORY THREADS

DIRECTORY holds `gpt2/vocab.json`, `gpt2/merges.txt`, `deepseek-v3/tokenizer.json`, `book.txt` and `corpus.txt`. Prints the peers'
versions as one JSON line; then answers each line on stdin, a JSON object, with seconds, CPU seconds and the result:

  {"work": "encode", "peer": "tokenizers", "vocabulary": "gpt2", "characters": 4096}    SHA-256 of the ids
  {"work": "train", "vocab": 32768}                                                     file of the tokenizer

`characters` is the length of a document, 0 for the whole book. The ids that are hashed are little-endian int32, for each document
its number of ids before them.
"""

import array
import hashlib
import json
import os
import pathlib
import sys
import time

DIRECTORY = pathlib.Path(sys.argv[1])
THREADS = int(sys.argv[2])
# Before the import, which reads them.
os.environ["RAYON_NUM_THREADS"] = str(THREADS)
os.environ["TOKENIZERS_PARALLELISM"] = "true" if THREADS > 1 else "false"

import tiktoken  # noqa: E402
import tokenizers  # noqa: E402
from tokenizers import Tokenizer, models, pre_tokenizers, trainers  # noqa: E402

CJK = r"\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff"
SIGNS = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""

# tiktoken takes one pattern. GPT-2's is its own, quicker spelling; DeepSeek-V3's three cuts are one here, in which a letter that an
# earlier cut takes is no letter of a later one, and white space may end before such a letter as it may at the end.
PATTERNS = {
    "gpt2": r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s",
    "deepseek-v3": "|".join(
        [
            r"\p{N}{1,3}",
            f"[{CJK}]+",
            SIGNS + "[A-Za-z]+",
            rf"[^\r\n\p{{L}}\p{{P}}\p{{S}}\p{{N}}{CJK}]?[\p{{L}}\p{{M}}&&[^{CJK}]]+",
            rf" ?[\p{{P}}\p{{S}}&&[^{CJK}]]+[\r\n]*",
            r"\s*[\r\n]+",
            rf"\s+(?![^\s\p{{N}}{CJK}])",
            r"\s+",
        ]
    ),
}


def byte_letters():
    """The byte that each letter of a token's spelling stands for."""
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [value for value in range(256) if value not in visible]
    return {**{chr(v): v for v in visible}, **{chr(256 + i): v for i, v in enumerate(hidden)}}


def hugging_face(vocabulary):
    if vocabulary != "gpt2":
        return Tokenizer.from_file(str(DIRECTORY / vocabulary / "tokenizer.json"))
    files = [str(DIRECTORY / vocabulary / name) for name in ("vocab.json", "merges.txt")]
    tokenizer = Tokenizer(models.BPE.from_file(*files))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


class HuggingFace:
    def __init__(self, vocabulary):
        self.tokenizer = hugging_face(vocabulary)

    def encode(self, documents):
        return self.tokenizer.encode_batch(documents, add_special_tokens=False)

    @staticmethod
    def ids(encoded):
        return encoded.ids


class Tiktoken:
    def __init__(self, vocabulary):
        letters = byte_letters()
        tokenizer = hugging_face(vocabulary)
        added = {token.content for token in tokenizer.get_added_tokens_decoder().values()}
        tokens = tokenizer.get_vocab(with_added_tokens=False).items()
        ranks = {bytes(letters[letter] for letter in token): rank for token, rank in tokens if token not in added}
        self.encoding = tiktoken.Encoding(vocabulary, pat_str=PATTERNS[vocabulary], mergeable_ranks=ranks, special_tokens={})

    def encode(self, documents):
        if THREADS > 1:
            return self.encoding.encode_ordinary_batch(documents, num_threads=THREADS)
        return [self.encoding.encode_ordinary(document) for document in documents]

    @staticmethod
    def ids(encoded):
        return encoded


PEERS = {"tokenizers": HuggingFace, "tiktoken": Tiktoken}


def timed(action):
    begin, cpu = time.perf_counter(), time.process_time()
    result = action()
    return result, {"seconds": time.perf_counter() - begin, "cpuSeconds": time.process_time() - cpu}


def encode(request, known={}):
    name = request["peer"], request["vocabulary"]
    if name not in known:
        known[name] = PEERS[name[0]](name[1])
    peer = known[name]
    text = (DIRECTORY / "book.txt").read_bytes().decode()
    length = request["characters"] or len(text)
    documents = [text[start : start + length] for start in range(0, len(text), length)]
    encoded, spent = timed(lambda: peer.encode(documents))
    digest = hashlib.sha256()
    for document in encoded:
        ids = peer.ids(document)
        digest.update(array.array("i", [len(ids), *ids]).tobytes())
    return {**spent, "sha256": digest.hexdigest()}


def train(request):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=request["vocab"],
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    _, spent = timed(lambda: tokenizer.train([str(DIRECTORY / "corpus.txt")], trainer))
    file = DIRECTORY / "trained.json"
    tokenizer.save(str(file))
    return {**spent, "file": str(file)}


def main():
    print(json.dumps({"tokenizers": tokenizers.__version__, "tiktoken": tiktoken.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"encode": encode, "train": train}[request["work"]](request)), flush=True)


if __name__ == "__main__":
    main()
