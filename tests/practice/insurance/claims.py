"""What claims need, said in one call; NPIs here are the public examples of the check digit's rule."""

from practice.access.permissions import SYSTEM
from practice.billing.diagnoses import add_diagnosis
from practice.insurance import claim_facts
from practice.people.commands import change_provider, change_service

GROUP_NPI, MOSS_NPI, REED_NPI = "1234567893", "1003000126", "1912301953"


def furnish(desk):
    """Everything that a claim for Ben to Harbor Health needs."""
    run = lambda command, **more: desk.run(command, who=SYSTEM, **more)  # noqa: E731
    run(
        claim_facts.set_claim_sender, name="Elm Street Practice", npi=GROUP_NPI, tax_id="12-3456789",
        taxonomy="251S00000X", contact_name="Bo Biller", phone="(212) 555-0142", submitter_code="ELM1",
        receiver_name="Clearing House", receiver_code="CLEAR1",
    )  # fmt: skip
    address(desk, "practice", "1 Elm Street")
    address(desk, "client:client-ben", "7 Oak Lane")
    run(claim_facts.set_client_sex, client_id="client-ben", sex="M")
    run(claim_facts.set_payer_codes, payer_id="payer-harbor", payer_code="HARB1", filing_code="CI")
    run(change_provider, provider_id="prov-moss", npi=MOSS_NPI)
    run(claim_facts.set_provider_claims, provider_id="prov-moss", given_name="Inès", family_name="Moss",
        taxonomy="103TC0700X")  # fmt: skip
    run(change_service, service_id="svc-visit", code="90834")
    run(add_diagnosis, client_id="client-ben", code="F41.1", from_date="2026-01-10", description="Anxiety")
    run(add_diagnosis, client_id="client-ben", code="F33.0", from_date="2026-01-10", description="Depression")


def address(desk, subject, street):
    desk.run(claim_facts.set_postal_address, who=SYSTEM, subject=subject, street=street, city="New York", state="ny",
             postal_code="10001-1234")  # fmt: skip
