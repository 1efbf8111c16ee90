"""The baseline of pages: a Streamlit page with nothing on it."""
