"""FAISS as a peer: faiss_peer.py DATA FILES THREADS; README.md tells the lines it reads and writes."""
import itertools
import json
import math
import os
import sys
import threading
import time

import faiss
import numpy as np

DATA, FILES, THREADS = sys.argv[1], sys.argv[2], int(sys.argv[3])
TOP_K = 10
VECTORS = np.load(os.path.join(DATA, "vectors.npy"))
QUERIES = np.load(os.path.join(DATA, "queries.npy"))
ROWS, DIMENSION = VECTORS.shape
LISTS = int(4 * math.sqrt(ROWS))
PQ_PARTS = DIMENSION // 4
PROBES = [n for n in (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512) if n <= LISTS]
EFS = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512]
SETTINGS = {
    "flat": ("Flat", "exact", "", [0]),
    "sq8": ("SQ8", "scan of SQ8", "", [0]),
    "pq": (f"PQ{PQ_PARTS}x4fs,RFlat", f"scan of PQ {PQ_PARTS} x 4 bits", "times refined", [1, 2, 4, 8, 16, 32, 64]),
    "hnsw": ("HNSW16,Flat", "HNSW M=16 efConstruction=200", "ef", EFS),
    "ivf": (f"IVF{LISTS},Flat", f"IVF {LISTS} lists", "nprobe", PROBES),
}
INDEXES = {}

# One by one, also where many queries are given to be answered: what matters here is what is found.
faiss.cvar.distance_compute_blas_threshold = 1 << 30


def build(name):
    index = faiss.index_factory(DIMENSION, SETTINGS[name][0], faiss.METRIC_INNER_PRODUCT)
    if name == "hnsw":
        index.hnsw.efConstruction = 200
    if name == "ivf":
        index.cp.max_points_per_centroid, index.cp.niter = 39, 10  # else its clustering takes minutes
    faiss.omp_set_num_threads(THREADS)
    start = time.perf_counter()
    index.train(VECTORS)
    index.add(VECTORS)
    seconds = time.perf_counter() - start
    INDEXES[name] = index
    path = os.path.join(FILES, name)
    faiss.write_index(index, path)
    size = os.path.getsize(path)
    os.remove(path)
    return {"durable": False, "buildSeconds": seconds, "threads": THREADS, "bytes": size}


def prepare(name, effort):
    index = INDEXES[name]
    if name == "pq":
        index.k_factor = effort
    elif name == "hnsw":
        index.hnsw.efSearch = effort
    elif name == "ivf":
        index.nprobe = effort
    return index


def answer(name, effort):
    index = prepare(name, int(effort))
    faiss.omp_set_num_threads(THREADS)
    return {"rows": index.search(QUERIES, TOP_K)[1].tolist()}


def time_queries(name, effort, threads, seconds):
    index = prepare(name, int(effort))
    turn = itertools.count()
    counts = []
    start = time.perf_counter()
    end = start + float(seconds)

    def ask():
        faiss.omp_set_num_threads(1)  # of this thread: each answers its own queries
        count = 0
        while time.perf_counter() < end:
            i = next(turn) % len(QUERIES)
            index.search(QUERIES[i : i + 1], TOP_K)
            count += 1
        counts.append(count)

    workers = [threading.Thread(target=ask) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return {"queries": sum(counts), "seconds": time.perf_counter() - start}


def write(message):
    print(json.dumps(message), flush=True)


write({
    "version": f"{faiss.__version__}, {faiss.get_compile_options().strip()}",
    "settings": [{"name": name, "settings": text, "effort": effort, "ladder": ladder} for name, (_, text, effort, ladder) in SETTINGS.items()],
})
COMMANDS = {"build": build, "answer": answer, "time": time_queries}
for line in sys.stdin:
    command, *values = line.split()
    try:
        write(COMMANDS[command](*values))
    except Exception as error:  # told to the bench, which goes on without this setting
        write({"error": str(error)})
