"""Every route there is, by who may come: programs with a key, readers, the operator."""

from coterie.web import callbacks, callbacks_wecom
from coterie.web.api import (
    campaigns,
    events,
    feeds,
    health,
    items,
    lists,
    materials,
    people,
    referrals,
    report,
    runs,
    segments,
)
from coterie.web.api import codes as code_api
from coterie.web.api import coupons as coupon_api
from coterie.web.console import design, find, sign_in
from coterie.web.console.activities import door as activity_door
from coterie.web.console.activities import editing as activity_editing
from coterie.web.console.activities import listing as activity_listing
from coterie.web.console.activities import one as one_activity
from coterie.web.console.benefits import pages as benefit_pages
from coterie.web.console.broadcasts import compose as broadcast_compose
from coterie.web.console.broadcasts import pages as broadcast_pages
from coterie.web.console.calendar import page as calendar_page
from coterie.web.console.campaigns import acts as campaign_acts
from coterie.web.console.campaigns import board as campaign_board
from coterie.web.console.campaigns import editing as campaign_editing
from coterie.web.console.campaigns import listing as campaign_listing
from coterie.web.console.campaigns import tiers as campaign_tiers
from coterie.web.console.codes import bulk as code_bulk
from coterie.web.console.codes import editing as code_editing
from coterie.web.console.codes import groups as code_groups
from coterie.web.console.codes import listing as code_listing
from coterie.web.console.codes import one as one_code
from coterie.web.console.codes import pictures as code_pictures
from coterie.web.console.communities import editing as community_editing
from coterie.web.console.communities import listing as community_listing
from coterie.web.console.communities import one as one_community
from coterie.web.console.contacts import syncing as contact_sync
from coterie.web.console.contacts import tags as contact_tags
from coterie.web.console.coupons import budgets as coupon_budgets
from coterie.web.console.coupons import one as one_coupon
from coterie.web.console.coupons import pages as coupon_pages
from coterie.web.console.events import live as live_events
from coterie.web.console.events import quarantine
from coterie.web.console.groups import listing as group_listing
from coterie.web.console.groups import one as one_group
from coterie.web.console.groups import rhythms as group_rhythms
from coterie.web.console.guides import bindings as guide_bindings
from coterie.web.console.guides import boards as guide_boards
from coterie.web.console.guides import credit as guide_credit
from coterie.web.console.guides import handovers as guide_handovers
from coterie.web.console.guides import listing as guide_listing
from coterie.web.console.guides import one as guide_one
from coterie.web.console.guides import stores as guide_stores
from coterie.web.console.house import account as house_account
from coterie.web.console.house import audit as house_audit
from coterie.web.console.house import doctor as house_doctor
from coterie.web.console.house import keys as house_keys
from coterie.web.console.house import settings as house_settings
from coterie.web.console.house import team as house_team
from coterie.web.console.identities import one as one_identity
from coterie.web.console.identities import queue as identity_queue
from coterie.web.console.imports import columns as import_columns
from coterie.web.console.imports import files as import_files
from coterie.web.console.imports import running as import_running
from coterie.web.console.items import pages as item_pages
from coterie.web.console.journeys import editing as journey_editing
from coterie.web.console.journeys import listing as journey_listing
from coterie.web.console.journeys import moves as journey_moves
from coterie.web.console.journeys import one as one_journey
from coterie.web.console.journeys import publishing as journey_publishing
from coterie.web.console.journeys import rehearsing as journey_rehearsing
from coterie.web.console.lists import pages as list_pages
from coterie.web.console.materials import pages as material_pages
from coterie.web.console.messages import failed as message_failed
from coterie.web.console.messages import pages as message_pages
from coterie.web.console.messages import switch as message_switch
from coterie.web.console.orders import balance as order_balance
from coterie.web.console.orders import days as order_days
from coterie.web.console.orders import feeds as order_feeds
from coterie.web.console.orders import markets as order_markets
from coterie.web.console.orders import offers as order_offers
from coterie.web.console.people import by_rule as people_by_rule
from coterie.web.console.people import listing as people_listing
from coterie.web.console.people import person as one_person
from coterie.web.console.people import reached as people_reached
from coterie.web.console.polls import pages as poll_pages
from coterie.web.console.portraits import page as portrait_page
from coterie.web.console.protection import pages as protection
from coterie.web.console.reach import holds as reach_holds
from coterie.web.console.reach import limits as reach_limits
from coterie.web.console.reach import mix as reach_mix
from coterie.web.console.recommendations import pages as recommendation_pages
from coterie.web.console.referrals import listing as referral_listing
from coterie.web.console.referrals import one as one_referral
from coterie.web.console.referrals import posters as referral_posters
from coterie.web.console.results import alternating as result_days
from coterie.web.console.results import experiment as result_experiment
from coterie.web.console.results import page as result_page
from coterie.web.console.results import recommended as recommended_page
from coterie.web.console.results import sizing as result_sizing
from coterie.web.console.reviews import page as review_page
from coterie.web.console.scripts import editing as script_editing
from coterie.web.console.scripts import pages as script_pages
from coterie.web.console.segments import building as segment_building
from coterie.web.console.segments import listing as segment_listing
from coterie.web.console.segments import one as one_segment
from coterie.web.console.segments import overlap as segment_overlap
from coterie.web.console.segments import verbs as segment_verbs
from coterie.web.console.sends import pages as send_pages
from coterie.web.console.sends import quota as send_quota
from coterie.web.console.sends import writing as send_writing
from coterie.web.console.tags import editing as tag_editing
from coterie.web.console.tags import listing as tag_listing
from coterie.web.console.tags import one as one_tag
from coterie.web.console.tags import person as tags_of_person
from coterie.web.console.tasks import adherence as task_adherence
from coterie.web.console.tasks import listing as task_listing
from coterie.web.console.tasks import plans as task_plans
from coterie.web.console.templates import pages as template_pages
from coterie.web.console.templates import verbs as template_verbs
from coterie.web.console.today import page as today
from coterie.web.console.topics import pages as topic_pages
from coterie.web.console.values import page as value_page
from coterie.web.console.wecom import connecting as wecom_connecting
from coterie.web.console.wecom import events as wecom_events
from coterie.web.guide import codes as guide_codes
from coterie.web.guide import customers as guide_customers
from coterie.web.guide import desk as guide_desk
from coterie.web.guide import doors as guide_doors
from coterie.web.guide import groups as guide_groups
from coterie.web.guide import inviting as guide_inviting
from coterie.web.guide import library as guide_library
from coterie.web.guide import mine as guide_mine
from coterie.web.guide import offline as guide_offline
from coterie.web.guide import side as guide_side
from coterie.web.guide import team as guide_team
from coterie.web.guide import till as guide_till
from coterie.web.guide import today as guide_today
from coterie.web.guide import wecom as guide_wecom
from coterie.web.member import activities as member_activities
from coterie.web.member import (
    articles,
    claims,
    consent,
    friends,
    invitations,
    landing,
    links,
    offers,
    polls,
    preferences,
)
from coterie.web.member import codes as member_codes
from coterie.web.member import coupons as member_coupons
from coterie.web.member import materials as member_materials
from coterie.web.member import posters as member_posters

COLLECTORS = (
    health.router,
    events.router,
    feeds.router,
    runs.router,
    coupon_api.router,
    callbacks_wecom.router,
    callbacks.router,
)
"""These ask for a write key, or for nothing."""

READERS = (
    articles.router,
    member_codes.router,
    consent.router,
    links.router,
    offers.router,
    claims.router,
    invitations.router,
    member_activities.router,
    preferences.router,
    polls.router,
    member_materials.router,
    member_coupons.router,
    friends.router,
    landing.router,
    member_posters.router,
    sign_in.router,
)
"""Nobody is signed in here: a reader has her link."""

GUIDES = (
    guide_doors.router,
    guide_wecom.router,
    guide_offline.router,
    guide_today.router,
    guide_customers.router,
    guide_library.router,
    guide_codes.router,
    guide_mine.router,
    guide_till.router,
    guide_inviting.router,
    guide_groups.router,
    guide_team.router,
    guide_side.router,
)
"""Every route of these but the doors asks which guide it is."""

DESK = (
    guide_listing.router,
    guide_one.router,
    guide_stores.router,
    guide_bindings.router,
    guide_credit.router,
    guide_boards.router,
    guide_handovers.router,
    guide_desk.router,
    task_plans.router,
    task_adherence.router,
    task_listing.router,
    script_editing.router,
    script_pages.router,
    material_pages.router,
    materials.router,
    order_days.router,
    order_feeds.router,
    order_balance.router,
    order_markets.router,
    order_offers.router,
    coupon_budgets.router,
    coupon_pages.router,
    one_coupon.router,
    benefit_pages.router,
    import_files.router,
    import_columns.router,
    import_running.router,
    design.router,
    today.router,
    recommended_page.router,
    recommendation_pages.router,
    campaign_listing.router,
    review_page.router,
    campaign_board.router,
    campaign_acts.router,
    campaign_tiers.router,
    campaign_editing.router,
    poll_pages.router,
    value_page.router,
    result_page.router,
    result_sizing.router,
    result_days.router,
    result_experiment.router,
    protection.router,
    live_events.router,
    quarantine.router,
    people_listing.router,
    people_by_rule.router,
    identity_queue.router,
    one_identity.router,
    one_person.router,
    people_reached.router,
    find.router,
    activity_listing.router,
    activity_editing.router,
    activity_door.router,
    one_activity.router,
    code_listing.router,
    code_bulk.router,
    code_groups.router,
    code_editing.router,
    code_pictures.router,
    one_code.router,
    community_listing.router,
    community_editing.router,
    one_community.router,
    referral_listing.router,
    one_referral.router,
    referral_posters.router,
    group_listing.router,
    group_rhythms.router,
    one_group.router,
    tag_listing.router,
    tag_editing.router,
    one_tag.router,
    tags_of_person.router,
    topic_pages.router,
    item_pages.router,
    journey_listing.router,
    journey_editing.router,
    journey_moves.router,
    journey_publishing.router,
    journey_rehearsing.router,
    one_journey.router,
    calendar_page.router,
    message_switch.router,
    message_failed.router,
    reach_holds.router,
    reach_mix.router,
    reach_limits.router,
    message_pages.router,
    broadcast_compose.router,
    broadcast_pages.router,
    send_quota.router,
    send_writing.router,
    send_pages.router,
    template_pages.router,
    template_verbs.router,
    house_account.router,
    house_team.router,
    house_keys.router,
    house_settings.router,
    house_doctor.router,
    house_audit.router,
    wecom_connecting.router,
    wecom_events.router,
    contact_sync.router,
    contact_tags.router,
    report.router,
    segments.router,
    campaigns.router,
    referrals.router,
    lists.router,
    list_pages.router,
    segment_listing.router,
    segment_overlap.router,
    segment_building.router,
    one_segment.router,
    portrait_page.router,
    segment_verbs.router,
    people.router,
    items.router,
    code_api.router,
)
"""Every route of these asks who sits at the desk."""
