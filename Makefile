# Everything is done by `bootstrap/`, which needs nothing but Python 3.11 or newer.
# More arguments: make test ARGS="-k callback"

PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)

COMMANDS := help demo demo-reset test lint format configure migrate shell worker setup clean

.DEFAULT_GOAL := help
.PHONY: $(COMMANDS)

$(COMMANDS):
ifeq ($(PYTHON),)
	@echo "Xiaopu needs Python 3.11 or newer, and none is on PATH. Install one (Debian, Ubuntu: sudo apt-get install -y python3 python3-venv), then type: make $@" >&2; exit 1
else
	@exec "$(PYTHON)" -m bootstrap $@ $(ARGS)
endif
