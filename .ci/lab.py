"""Run notebooks as a reader does: in JupyterLab, in a real browser, every cell from a fresh kernel.

    python .ci/lab.py                          # all notebooks, slow and real cells too: half an hour
    python .ci/lab.py 00_stats.metrics index

Needs chromium and playwright (apt install chromium; pip install playwright), so `.ci/run` leaves it out. Works on a
copy: JupyterLab saves what it runs. Ends with `N passed, N failed`.
"""
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.async_api import async_playwright

ROOT = Path(__file__).resolve().parent.parent
PORT = 8917
FLAGS = ['headless', 'no-sandbox', 'disable-gpu', 'disable-quic', 'no-first-run', 'disable-background-networking', 'disable-component-update', 'disable-sync']
RUN_ALL = '''async () => {
  const app = window.jupyterapp; await app.restored;
  const widget = app.shell.currentWidget; await widget.context.ready; await widget.sessionContext.ready; await widget.revealed;
  await widget.sessionContext.session.kernel.info;
  await app.commands.execute('notebook:run-all-cells');
  const code = [...widget.content.model.cells].filter(cell => cell.type === 'code');
  const wrong = code.map(cell => [cell.sharedModel.getSource(), cell.outputs.toJSON().find(out => out.output_type === 'error')]).filter(([, error]) => error);
  await widget.sessionContext.shutdown();
  return {cells: code.length, ran: code.filter(cell => cell.executionCount !== null).length, wrong: wrong.map(([source, error]) => `${source}\\n${error.ename}: ${error.evalue}`)};
}'''


def start(root: Path, home: Path) -> subprocess.Popen:
    "JupyterLab on this machine alone, with settings of its own."
    env = {**os.environ, **{f'JUPYTER_{kind}_DIR': str(home/kind) for kind in ('CONFIG', 'DATA', 'RUNTIME')}}
    words = ['--no-browser', '--ip=127.0.0.1', f'--port={PORT}', '--IdentityProvider.token=', '--LabApp.expose_app_in_browser=True', '--allow-root', f'--ServerApp.root_dir={root}']
    server = subprocess.Popen([sys.executable, '-m', 'jupyterlab', *words], env=env, stdout=(home/'log').open('w'), stderr=subprocess.STDOUT)
    for _ in range(120):
        try: urllib.request.urlopen(f'http://127.0.0.1:{PORT}/api')
        except OSError: time.sleep(.5)
        else: return server
    server.terminate()
    raise SystemExit('JupyterLab did not start: ' + (home/'log').read_text()[-2000:])


async def step(context, name: str) -> bool:
    "Open one notebook, run all of it, say what happened."
    begun, page = time.time(), await context.new_page()
    page.set_default_timeout(1_800_000)
    try:
        await page.goto(f'http://127.0.0.1:{PORT}/doc/tree/nbs/{name}.ipynb?reset')
        await page.wait_for_function('window.jupyterapp && window.jupyterapp.shell.currentWidget')
        told = await page.evaluate(RUN_ALL)
    except Exception as error: told = {'cells': 0, 'ran': 0, 'wrong': [str(error)]}
    await page.close()
    print(f"{'FAILED' if told['wrong'] else 'ok':7}{name}: {told['ran']} of {told['cells']} cells, {time.time() - begun:.0f} s", flush=True)
    for words in told['wrong']: print('       ' + words.replace('\n', '\n       '), flush=True)
    return not told['wrong']


async def main(names: list) -> int:
    home = Path(tempfile.mkdtemp())
    subprocess.run(['git', 'clone', '-q', str(ROOT), str(home/'copy')], check=True)
    os.environ.setdefault('BONEFRAC_DATA', str(ROOT.parent/'shared'/'data'))
    server = start(home/'copy', home)
    async with async_playwright() as browser:
        context = await browser.chromium.launch_persistent_context(str(home/'browser'), executable_path=shutil.which('chromium'), args=[f'--{flag}' for flag in FLAGS])
        passed = [await step(context, name) for name in names]
        await context.close()
    server.terminate()
    shutil.rmtree(home, ignore_errors=True)
    print(f'{sum(passed)} passed, {len(passed) - sum(passed)} failed')
    return 0 if all(passed) else 1


if __name__ == '__main__':
    raise SystemExit(asyncio.run(main(sys.argv[1:] or sorted(path.stem for path in (ROOT/'nbs').glob('*.ipynb')))))
