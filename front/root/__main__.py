"""Run the command: ``python -m packfmu``."""

import sys

from packfmu.front.command import main

sys.exit(main())
