#!/usr/bin/env bash
# Prints the release build's size, start time and memory. Needs: cargo, python3, curl.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --locked --quiet
binary=$PWD/target/release/gradepost
echo "release binary        $(($(stat -c %s "$binary") / 1000)) kB"
python3 - "$binary" <<'PY'
import os, signal, statistics, subprocess, sys, tempfile, time, urllib.request
binary = sys.argv[1]
starts, idle, ends = [], [], []
for n in range(11):
    with tempfile.TemporaryDirectory() as data:
        port = 18200 + n
        env = {"PATH": os.environ["PATH"], "PORT": str(port), "DATA_DIR": data, "WEBHOOK_SECRET": "x", "EMAIL_USER": "a@b.cl"}
        begin = time.perf_counter()
        service = subprocess.Popen([binary, "serve"], env=env, stderr=subprocess.DEVNULL)
        while True:
            try:
                assert urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).status == 200
                break
            except OSError:
                time.sleep(0.001)
        starts.append((time.perf_counter() - begin) * 1000)
        idle.append(int(next(l for l in open(f"/proc/{service.pid}/status") if l.startswith("VmRSS")).split()[1]) / 1024)
        begin = time.perf_counter()
        service.send_signal(signal.SIGTERM)
        service.wait()
        ends.append((time.perf_counter() - begin) * 1000)
print(f"start to /healthz 200 {statistics.median(starts):.1f} ms (median of 11)")
print(f"SIGTERM to exit       {statistics.median(ends):.1f} ms (median of 11)")
print(f"resident, idle        {statistics.median(idle):.1f} MiB (median of 11)")
PY
template=templates/plantilla_test_diagnostico.docx
python3 - "$binary" "$template" <<'PY'
import resource, subprocess, sys
binary, template = sys.argv[1:]
for case in ("short", "long"):
    subprocess.run([binary, "render", "--template", template, "--data", f"test_data/reports/{case}/data.json", "--out", "/dev/null"], check=True)
    print(f"render {case:<6} peak    {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.1f} MiB (whole process)")
PY
