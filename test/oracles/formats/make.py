"""Makes all golden vectors of the number formats anew."""

import subprocess
import sys
from pathlib import Path

for name in ("floats", "small_floats", "scaled", "integers", "nf4", "mx", "nvfp4", "bfp", "rotated", "ggml", "codebooks", "outliers"):
    subprocess.run([sys.executable, str(Path(__file__).with_name(f"{name}.py"))], check=True)
