"""The logo on the practice's papers: chosen, looked at, taken away."""

from __future__ import annotations

import base64

import streamlit as st

from dashboards import runtime
from dashboards.components.forms import entry, send
from dashboards.session import attempt
from practice.billing.queries import logos
from practice.people.logo import LARGEST_BYTES, remove_logo, set_logo


def logo_form() -> None:
    """A PNG or SVG file becomes the logo of every paper from now on."""
    with runtime.current().record.read() as reader:
        logo_id = reader.setting("logo_id")
        picture = logos(reader, [{"practice": {"logo": logo_id}}]).get(logo_id) if logo_id else None
    with st.container(border=True):
        st.markdown("**Logo on papers**")
        if picture:
            with st.container(horizontal=True, vertical_alignment="center"):
                data = base64.b64encode(picture.encode()).decode()
                # On white, as on paper, and as an image, in which nothing of the file can run.
                st.html(
                    f'<img src="data:image/svg+xml;base64,{data}" alt="The present logo" style="max-height:64px;'
                    'max-width:240px;background:#fff;padding:8px;border-radius:6px">'
                )
                if st.button("Remove", icon=":material/delete:", key="logo:remove") and attempt(
                    remove_logo, "logo:remove", done="Papers show the practice's name from now on."
                ):
                    st.rerun()
        else:
            st.caption("None yet: invoices, statements and receipts show the practice's name in its place.")
        with entry("logo"):
            file = st.file_uploader(
                f"A PNG or SVG picture, at most {LARGEST_BYTES // 1000} kB", type=["png", "svg"], max_upload_size=1
            )
            if st.form_submit_button("Use this logo"):
                content = base64.b64encode(file.getvalue()).decode() if file else ""
                send(set_logo, "logo", content=content, done="It stands on every paper from now on.")
