"""Makes all golden vectors of the number formats anew."""

import subprocess
import sys
from pathlib import Path

for name in ("floats", "scaled", "nf4"):
    subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))], check=True)
