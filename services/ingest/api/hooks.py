"""Webhooks: open to anybody, and taken from whoever has the source's secret (domain/signature.py says how calls are signed)."""

import hashlib
import json
import os
import time
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError

from schemas.accounts import Role
from services.ingest import hooks
from services.ingest.api.shapes import (
    Activities,
    ActivitiesView,
    PushView,
    Records,
    activities_view,
    push_view,
    read_activity,
    read_record,
)
from services.ingest.domain.signature import Call, Unsigned, call_of, check, new_secret
from services.ingest.ports import RecordBus
from services.ingest.store import hooks as store
from services.ingest.store.hooks import Hook
from services.ingest.store.sources import zone_of
from services.kit.errors import Invalid, Unauthenticated
from services.kit.events import Told, Work
from services.kit.http import Ask, Caller, Desk
from services.kit.http.desk import until_available
from services.kit.http.idempotency import Once

PATH = "/api/ingest/webhooks/{source_id}"
MOST_CALL = 10 * 1000**2
"""Bytes of one call, as at the gateway."""
NOBODYS = new_secret(os.urandom)
"""What calls to a webhook that does not exist are held against: they take about as long, and hear the same."""


class Deliver(Ask):
    """Records, activities, or both; up to 1,000 of each."""

    records: Annotated[Records, Field(default_factory=list)]
    activities: Annotated[Activities, Field(default_factory=list)]


class DeliveredView(BaseModel):
    """As the calls for records and for activities answer; None for what the call did not bring."""

    records: PushView | None = None
    activities: ActivitiesView | None = None


FORM = Deliver.model_json_schema(ref_template="#/components/schemas/{model}")
# The routes for records and for activities have brought these into the description.
del FORM["$defs"]
BODY: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": FORM}}},
}


async def signed(request: Request) -> Call:
    """Refused before anything is looked up, and so alike for every source: too often, too large, headers that are none."""
    host = request.client.host if request.client else ""
    # By address too, so that nobody who knows a source's id can use up its calls.
    request.app.state.buckets.take(f"webhook:{request.path_params['source_id']}:{host}")
    head = request.headers.get
    try:
        return call_of(head("webhook-id"), head("webhook-timestamp"), head("webhook-signature"), await request.body())
    except Unsigned as unsigned:
        raise Unauthenticated(str(unsigned)) from unsigned


def make_router(bus: RecordBus) -> APIRouter:
    router = APIRouter(tags=["webhooks"])

    @router.post(PATH, max_body_size=MOST_CALL, openapi_extra=BODY)
    def deliver(source_id: UUID, call: Annotated[Call, Depends(signed)], request: Request) -> DeliveredView:
        """A call that comes again, by its webhook-id, is answered as before and changes nothing."""
        hook = checked(request, source_id, call)
        desk = desk_of(request, hook, call)
        ask = delivered(call.body)
        zone = desk.read(lambda connection: zone_of(connection, hook.workspace_id))
        digest, import_id = desk.context.secrets.digest, uuid4()

        def take(work: Work) -> tuple[DeliveredView, list[Told]]:
            source = hooks.source_of(work, hook.workspace_id, source_id)
            delivery = hooks.Delivery(
                hook.workspace_id,
                import_id,
                source,
                [read_record(each, zone, work.now) for each in ask.records],
                [read_activity(each, source, hook.workspace_id, digest) for each in ask.activities],
            )
            fates, told = hooks.take_delivery(work, bus, delivery)
            records = push_view(import_id, fates.records) if ask.records else None
            activities = activities_view(delivery.activities, fates.activities) if ask.activities else None
            return DeliveredView(records=records, activities=activities), told

        return desk.do(take)

    return router


def checked(request: Request, source_id: UUID, call: Call) -> Hook:
    """The webhook whose secret signed this call. Raises Unauthenticated, whether there is such a webhook or not."""
    context = request.app.state.context

    def look() -> Hook | None:
        with context.api.transaction() as connection:
            return store.find(connection, context.secrets, source_id)

    hook = until_available(look)
    try:
        # Signatures are of real time, whatever the system's clock is stepped to.
        check(call, hook.secrets if hook else [NOBODYS], time.time())
    except Unsigned as unsigned:
        raise Unauthenticated(str(unsigned)) from unsigned
    if hook is None:
        raise Unauthenticated("the signature is not of this webhook's secret")
    return hook


def desk_of(request: Request, hook: Hook, call: Call) -> Desk:
    """A desk in the webhook's workspace, for one call by this id."""
    caller = Caller(f"source:{hook.source_id}", Role.MEMBER, hook.workspace_id)
    once = Once(hook.workspace_id, call.id, f"POST {request.url.path}", hashlib.sha256(call.body).hexdigest(), 200)
    return Desk(caller, hook.workspace_id, request.app.state.context, request.scope["correlation_id"], once)


def delivered(body: bytes) -> Deliver:
    try:
        # To pydantic's own reader, half of a surrogate pair in one record makes the whole call no JSON.
        ask = Deliver.model_validate(json.loads(body))
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False, include_url=False)) from error
    except (ValueError, RecursionError) as error:
        raise Invalid("the call's body is no JSON that can be read") from error
    if not ask.records and not ask.activities:
        raise Invalid("a call brings records, activities, or both")
    return ask
