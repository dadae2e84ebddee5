"""The orchestrator: systems of components, multirate plans, and what runs them."""
