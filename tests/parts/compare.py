#!/usr/bin/env python3
"""gradepost beside LibreOffice on the same files in the same run: time, memory, size.

Usage: compare.py GRADEPOST [DOCX ...]     without documents: the bundled report, short and long, filled here
LibreOffice gets our fonts and no others, so that both embed the same ones. Memory is the largest resident size of the process.
"""
import os, shutil, statistics, subprocess, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BATCH, COLD = 20, 3


def timed(command, env=None):
    """Seconds and peak MiB of a command that must succeed."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"failed: {command}")
    return seconds, usage.ru_maxrss / 1024


def fonts(folder):
    file = folder / "fonts.conf"
    aliases = "".join(f'<include ignore_missing="yes">/etc/fonts/conf.d/{name}.conf</include>'
                      for name in ("30-metric-aliases", "45-latin", "60-latin"))
    file.write_text(f'<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{ROOT}/crates/docx-to-pdf/fonts</dir>'
                    f'<cachedir>{folder}/fontcache</cachedir>{aliases}</fontconfig>')
    return str(file)


def documents(binary, given, folder):
    if given:
        return [(Path(name).stem, Path(name)) for name in given]
    found = []
    for case in ("short", "long"):
        docx = folder / f"{case}.docx"
        subprocess.run([binary, "render", "--template", ROOT / "templates/plantilla_test_diagnostico.docx",
                        "--data", ROOT / f"test_data/reports/{case}/data.json", "--out", folder / "filled.pdf", "--docx-out", docx], check=True)
        found.append((f"report, {case}", docx))
    return found


def main():
    binary, given = os.path.realpath(sys.argv[1]), sys.argv[2:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = dict(os.environ, HOME=name, FONTCONFIG_FILE=fonts(folder))
        office = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf", "--outdir"]
        version = subprocess.run(["soffice", "--version"], capture_output=True, text=True, env=env).stdout.strip()
        print(f"{version}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
        print("| document | pages | | gradepost | LibreOffice | ratio |\n|---|---|---|---|---|---|")
        for label, docx in documents(binary, given, folder):
            ours, theirs = folder / "ours.pdf", folder / "theirs"
            timed([*office, theirs, docx], env)  # makes the profile and the font cache; not counted
            cold = [timed([binary, "convert", "--quiet", docx, ours]) for _ in range(11)]
            warm = subprocess.run([binary, "convert", "--quiet", "--repeat", "100", docx, ours], capture_output=True, text=True, check=True)
            warm = float(warm.stdout.split()[1])
            office_cold = [timed([*office, theirs, docx], env) for _ in range(COLD)]
            batch = folder / "batch"
            shutil.rmtree(batch, ignore_errors=True)
            batch.mkdir()
            copies = [shutil.copy(docx, batch / f"{n}.docx") for n in range(BATCH)]
            one_by_one = timed([*office, batch / "out", copies[0]], env)[0]
            together, batch_peak = timed([*office, batch / "out", *copies], env)
            office_warm = (together - one_by_one) * 1000 / (BATCH - 1)
            pages = subprocess.run(["pdfinfo", ours], capture_output=True, text=True).stdout
            pages = next((line.split()[1] for line in pages.splitlines() if line.startswith("Pages:")), "?")
            first, first_office = statistics.median(s for s, _ in cold) * 1000, statistics.median(s for s, _ in office_cold) * 1000
            peak, peak_office = max(m for _, m in cold), max(batch_peak, *(m for _, m in office_cold))
            size, size_office = ours.stat().st_size / 1000, (theirs / f"{docx.stem}.pdf").stat().st_size / 1000
            row = lambda what, a, b, unit: print(f"| {label} | {pages} | {what} | {a:.1f} {unit} | {b:.0f} {unit} | {b / a:.1f} × |")
            row("one more document, all loaded", warm, office_warm, "ms")
            row("a fresh process", first, first_office, "ms")
            row("memory, at most", peak, peak_office, "MiB")
            row("size of the PDF", size, size_office, "kB")


main()
