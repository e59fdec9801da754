"""The founding, second half: people, scores, messages, journeys and communities."""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_0310"
down_revision = "2026_11_22_0300"


def upgrade() -> None:
    op.create_table(
        "communities",
        sa.Column("slug", sa.String(length=64), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_communities")),
    )
    op.create_table(
        "community_invitations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_invitations")),
    )
    op.create_index(
        op.f("ix_community_invitations_community_profile"),
        "community_invitations",
        ["community", "profile"],
        unique=False,
    )
    op.create_index(
        op.f("ix_community_invitations_due"), "community_invitations", ["due"], unique=False
    )
    op.create_index(
        op.f("ix_community_invitations_message"), "community_invitations", ["message"], unique=False
    )
    op.create_index(
        op.f("ix_community_invitations_profile"), "community_invitations", ["profile"], unique=False
    )
    op.create_table(
        "community_participations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("community", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=True),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_participations")),
    )
    op.create_index(
        op.f("ix_community_participations_community_profile"),
        "community_participations",
        ["community", "profile"],
        unique=False,
    )
    op.create_index(
        op.f("ix_community_participations_profile"),
        "community_participations",
        ["profile"],
        unique=False,
    )
    op.create_table(
        "fading",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("trait", sa.Integer(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("profile", "trait", name=op.f("pk_fading")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_fading_trait_level", "fading", ["trait", "level"], unique=False)
    op.create_table(
        "fading_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("half_life", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fading_names")),
        sa.UniqueConstraint("name", name=op.f("uq_fading_names_name")),
    )
    op.create_table(
        "journey_runs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("journey", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.Column("arrived", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("awaiting", sa.String(), nullable=True),
        sa.Column("visits", sa.JSON(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("cause", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_runs")),
    )
    op.create_index(
        "ix_journey_runs_due",
        "journey_runs",
        ["due"],
        unique=False,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index(
        op.f("ix_journey_runs_journey_started_by"),
        "journey_runs",
        ["journey", "started_by"],
        unique=True,
    )
    op.create_index("ix_journey_runs_person", "journey_runs", ["profile", "journey"], unique=False)
    op.create_index(
        "ix_journey_runs_standing",
        "journey_runs",
        ["journey", "node"],
        unique=False,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index(
        "uq_journey_runs_live",
        "journey_runs",
        ["journey", "profile", "lane"],
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_table(
        "journey_watermark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey_watermark")),
    )
    op.create_table(
        "journeys",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("defined_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_journeys")),
    )
    op.create_table(
        "message_pauses",
        sa.Column("origin", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_message_pauses")),
    )
    op.create_table(
        "message_switch",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_message_switch")),
    )
    op.create_table(
        "message_templates",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_message_templates")),
    )
    op.create_table(
        "messages",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("run_key", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("touch", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_messages")),
        sa.UniqueConstraint("id", name=op.f("uq_messages_id")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    op.create_index("ix_messages_profile_due", "messages", ["profile", "due"], unique=False)
    op.create_index("ix_messages_status_due", "messages", ["status", "due"], unique=False)
    op.create_index(
        "ix_messages_status_lease_until", "messages", ["status", "lease_until"], unique=False
    )
    op.create_table(
        "profiles",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("bucket_key", sa.String(length=32), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("is_learnt", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("uid", name=op.f("uq_profiles_uid")),
    )
    op.create_table(
        "score_due",
        sa.Column("profile", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("profile", name=op.f("pk_score_due")),
    )
    op.create_index(op.f("ix_score_due_due"), "score_due", ["due"], unique=False)
    op.create_table(
        "score_weights",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("weights", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_score_weights")),
    )
    op.create_table(
        "consent_facts",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile"], ["profiles.id"], name=op.f("fk_consent_facts_profile")
        ),
        sa.PrimaryKeyConstraint(
            "profile", "purpose", "channel", "time", "message_id", name=op.f("pk_consent_facts")
        ),
    )
    op.create_table(
        "identities",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name=op.f("fk_identities_profile")),
        sa.PrimaryKeyConstraint("kind", "digest", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_profile"), "identities", ["profile"], unique=False)
    op.create_table(
        "merge_candidates",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["other"], ["profiles.id"], name=op.f("fk_merge_candidates_other")),
        sa.ForeignKeyConstraint(
            ["profile"], ["profiles.id"], name=op.f("fk_merge_candidates_profile")
        ),
        sa.PrimaryKeyConstraint("profile", "other", name=op.f("pk_merge_candidates")),
    )
    op.create_table(
        "pii_flags",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name=op.f("fk_pii_flags_profile")),
        sa.PrimaryKeyConstraint("profile", "event", "path", "kind", name=op.f("pk_pii_flags")),
    )
    op.create_table(
        "profile_keys",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name=op.f("fk_profile_keys_profile")),
        sa.PrimaryKeyConstraint("profile", name=op.f("pk_profile_keys")),
    )
    op.create_table(
        "sealed_properties",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile"], ["profiles.id"], name=op.f("fk_sealed_properties_profile")
        ),
        sa.PrimaryKeyConstraint("profile", "message_id", "path", name=op.f("pk_sealed_properties")),
    )
    op.create_table(
        "tag_facts",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name=op.f("fk_tag_facts_profile")),
        sa.PrimaryKeyConstraint("profile", "name", "time", "message_id", name=op.f("pk_tag_facts")),
    )
    op.create_table(
        "tags",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name=op.f("fk_tags_profile")),
        sa.PrimaryKeyConstraint("profile", "name", name=op.f("pk_tags")),
    )
    op.create_index("ix_tags_name_until", "tags", ["name", "until"], unique=False)
    op.create_table(
        "trait_facts",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name=op.f("fk_trait_facts_profile")),
        sa.PrimaryKeyConstraint(
            "profile", "name", "time", "message_id", name=op.f("pk_trait_facts")
        ),
    )
    op.create_table(
        "trait_leaves",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("root", sa.String(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name=op.f("fk_trait_leaves_profile")),
        sa.PrimaryKeyConstraint("profile", "path", name=op.f("pk_trait_leaves")),
    )
    op.create_index("ix_trait_leaves_path_moment", "trait_leaves", ["path", "moment"], unique=False)
    op.create_table(
        "traits",
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("root", sa.String(), nullable=True),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("moment", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["profile"], ["profiles.id"], name=op.f("fk_traits_profile")),
        sa.PrimaryKeyConstraint("profile", "name", name=op.f("pk_traits")),
    )
    op.create_index("ix_traits_name_moment", "traits", ["name", "moment"], unique=False)
    op.create_index("ix_traits_name_since", "traits", ["name", "since"], unique=False)
