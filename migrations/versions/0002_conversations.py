"""Conversations, materials, tags, scene codes, visits, menus; rules get their new columns beside the old."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("entrances", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_entrances_entrancekind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_entrances_entrancekind"),
            "kind IN ('menu', 'keyword', 'welcome', 'notice', 'share', 'scene', 'poster', 'desk', 'broadcast')",
        )

    op.create_table(
        "account_menus",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=True),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen", sa.JSON(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_menus")),
        sa.UniqueConstraint("role", name=op.f("uq_account_menus_role")),
    )
    op.create_table(
        "dismissed_sentences",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name=op.f("pk_dismissed_sentences")),
    )
    op.create_table(
        "follower_syncs",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=80), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_running", sa.Boolean(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "tags",
                "list",
                "profiles",
                "blacklist",
                name="syncstep",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("profiled", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower_syncs")),
    )
    with op.batch_alter_table("follower_syncs", schema=None) as batch_op:
        batch_op.create_index(
            "uq_follower_syncs_running",
            ["is_running"],
            unique=True,
            sqlite_where=sa.text("is_running = 1"),
            postgresql_where=sa.text("is_running"),
        )

    op.create_table(
        "marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "materials",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "image",
                "voice",
                "video",
                "thumb",
                name="materialkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("is_permanent", sa.Boolean(), nullable=False),
        sa.Column("media_id", sa.String(length=120), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_materials")),
        sa.UniqueConstraint("kind", "sha256", name=op.f("uq_materials_kind_sha256")),
    )
    op.create_table(
        "messages",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("dedupe_key", sa.String(length=300), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column(
            "direction",
            sa.Enum("in", "out", name="direction", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("further", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "sending",
            sa.Enum(
                "due",
                "sending",
                "sent",
                "refused",
                name="sending",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("file", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_messages_dedupe_key")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_messages_follower",
            ["openid", "id"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NOT NULL"),
            postgresql_where=sa.text("settled_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_messages_sent",
            ["openid", "at"],
            unique=False,
            sqlite_where=sa.text("direction = 'out'"),
            postgresql_where=sa.text("direction = 'out'"),
        )
        batch_op.create_index(
            "ix_messages_unanswered",
            ["at"],
            unique=False,
            sqlite_where=sa.text("answered_by IN ('fallback', 'quiet')"),
            postgresql_where=sa.text("answered_by IN ('fallback', 'quiet')"),
        )
        batch_op.create_index(
            "ix_messages_unsettled",
            ["id"],
            unique=False,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )

    op.create_table(
        "preferences",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_preferences")),
    )
    op.create_table(
        "quick_replies",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quick_replies")),
        sa.UniqueConstraint("title", name=op.f("uq_quick_replies_title")),
    )
    op.create_table(
        "standing_replies",
        sa.Column(
            "occasion",
            sa.Enum(
                "welcome",
                "welcome_back",
                "fallback",
                "media",
                "hand_over",
                "hand_over_closed",
                name="occasion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("replies", sa.JSON(), nullable=False),
        sa.Column(
            "reply_mode",
            sa.Enum("all", "one", name="replymode", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("occasion", name=op.f("pk_standing_replies")),
    )
    op.create_table(
        "tags",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("wechat_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column(
            "auto",
            sa.Enum(
                "bought",
                "spent_over",
                "silent_for",
                name="autotag",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("auto_value", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pushed_name", sa.String(length=30), nullable=False),
        sa.Column("pushed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tags")),
        sa.UniqueConstraint("wechat_id", name=op.f("uq_tags_wechat_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tags", schema=None) as batch_op:
        batch_op.create_index(
            "uq_tags_name",
            ["name"],
            unique=True,
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.create_table(
        "conversations",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "bot",
                "waiting",
                "person",
                "wechat_desk",
                name="holder",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kf_account", sa.String(length=80), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_in", sa.String(length=200), nullable=False),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_id", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_users.id"], name=op.f("fk_conversations_staff_id_staff_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("openid", name=op.f("uq_conversations_openid")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index("ix_conversations_holder", ["state", "waiting_since"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_conversations_last_activity_at"), ["last_activity_at"], unique=False
        )

    op.create_table(
        "entrance_visits",
        sa.Column("entrance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("visitor", sa.String(length=40), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entrance_id"], ["entrances.id"], name=op.f("fk_entrance_visits_entrance_id_entrances")
        ),
        sa.PrimaryKeyConstraint("entrance_id", "day", "visitor", name=op.f("pk_entrance_visits")),
    )
    with op.batch_alter_table("entrance_visits", schema=None) as batch_op:
        batch_op.create_index("ix_entrance_visits_day", ["day"], unique=False)

    op.create_table(
        "follower_pushes",
        sa.Column("follower_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "tag",
                "remark",
                "blacklist",
                name="pushkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["followers.id"], name=op.f("fk_follower_pushes_follower_id_followers")
        ),
        sa.PrimaryKeyConstraint("follower_id", "kind", "tag_id", name=op.f("pk_follower_pushes")),
    )
    with op.batch_alter_table("follower_pushes", schema=None) as batch_op:
        batch_op.create_index("ix_follower_pushes_kind", ["kind", "tag_id"], unique=False)

    op.create_table(
        "follower_tags",
        sa.Column("follower_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["follower_id"], ["followers.id"], name=op.f("fk_follower_tags_follower_id_followers")
        ),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name=op.f("fk_follower_tags_tag_id_tags"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("follower_id", "tag_id", name=op.f("pk_follower_tags")),
    )
    with op.batch_alter_table("follower_tags", schema=None) as batch_op:
        batch_op.create_index("ix_follower_tags_tag", ["tag_id", "follower_id"], unique=False)

    op.create_table(
        "menu_versions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("menu_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "sending",
                "shown",
                "refused",
                "lost",
                "leaving",
                "withdrawn",
                name="versionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("sent", sa.JSON(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("menuid", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("restores", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("errmsg", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["menu_id"], ["account_menus.id"], name=op.f("fk_menu_versions_menu_id_account_menus")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_versions")),
        sa.UniqueConstraint("menu_id", "number", name=op.f("uq_menu_versions_menu_id_number")),
    )
    with op.batch_alter_table("menu_versions", schema=None) as batch_op:
        batch_op.create_index("ix_menu_versions_state", ["state", "menu_id"], unique=False)

    op.create_table(
        "scene_codes",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("scene", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("is_permanent", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticket", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("tag_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("product_slug", sa.String(length=80), nullable=False),
        sa.Column("replies", sa.JSON(), nullable=False),
        sa.Column("reply_mode", sa.String(length=10), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["tag_id"], ["tags.id"], name=op.f("fk_scene_codes_tag_id_tags"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scene_codes")),
        sa.UniqueConstraint("scene", name=op.f("uq_scene_codes_scene")),
    )
    op.create_table(
        "scene_scans",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("scene_code_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_follow", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scene_code_id"], ["scene_codes.id"], name=op.f("fk_scene_scans_scene_code_id_scene_codes")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scene_scans")),
        sa.UniqueConstraint("message_id", name=op.f("uq_scene_scans_message_id")),
    )
    with op.batch_alter_table("scene_scans", schema=None) as batch_op:
        batch_op.create_index("ix_scene_scans_day", ["scene_code_id", "day"], unique=False)

    with op.batch_alter_table("followers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unionid", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("nickname", sa.String(length=100), server_default="", nullable=False))
        batch_op.add_column(sa.Column("avatar_url", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(sa.Column("avatar_file", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("remark", sa.String(length=60), server_default="", nullable=False))
        batch_op.add_column(sa.Column("source", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("scene", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("is_blacklisted", sa.Boolean(), server_default=sa.text("(false)"), nullable=False)
        )
        batch_op.add_column(sa.Column("blacklisted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("follows", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("profile_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("paid_orders", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("spent_fen", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("last_paid_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_followers_blacklisted",
            ["last_seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("is_blacklisted = 1"),
            postgresql_where=sa.text("is_blacklisted"),
        )
        batch_op.create_index(
            "ix_followers_left",
            ["last_seen_at", "id"],
            unique=False,
            sqlite_where=sa.text("is_subscribed = 0"),
            postgresql_where=sa.text("NOT is_subscribed"),
        )
        batch_op.create_index("ix_followers_seen", ["last_seen_at", "id"], unique=False)
        batch_op.create_index("ix_followers_spent", ["spent_fen", "id"], unique=False)

    with op.batch_alter_table("keyword_rules", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replies", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(
            sa.Column(
                "reply_mode",
                sa.Enum("all", "one", name="replymode", native_enum=False, create_constraint=True, length=40),
                server_default="all",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("audience", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(
            sa.Column(
                "hours",
                sa.Enum(
                    "any",
                    "open",
                    "closed",
                    name="hours",
                    native_enum=False,
                    create_constraint=True,
                    length=40,
                ),
                server_default="any",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("tests", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(
            sa.Column(
                "changed_at", sa.DateTime(timezone=True), server_default="2026-11-21 00:00:00", nullable=False
            )
        )
        batch_op.add_column(sa.Column("changed_by", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index("ix_orders_entrance", ["entrance_id", "created_at"], unique=False)
        batch_op.create_index("ix_orders_paid", ["paid_at"], unique=False)


def downgrade() -> None:
    # Doors of kinds the older release does not know keep their links as shared ones.
    op.execute(
        "UPDATE entrances SET ref = kind || ':' || ref, kind = 'share' WHERE kind IN ('scene', 'poster', 'desk', 'broadcast')"
    )
    with op.batch_alter_table("entrances", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_entrances_entrancekind"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_entrances_entrancekind"),
            "kind IN ('menu', 'keyword', 'welcome', 'notice', 'share')",
        )

    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_index("ix_orders_paid")
        batch_op.drop_index("ix_orders_entrance")

    with op.batch_alter_table("keyword_rules", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_keyword_rules_hours"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_keyword_rules_replymode"), type_="check")
        batch_op.drop_column("removed_at")
        batch_op.drop_column("changed_by")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("tests")
        batch_op.drop_column("hours")
        batch_op.drop_column("audience")
        batch_op.drop_column("valid_until")
        batch_op.drop_column("valid_from")
        batch_op.drop_column("reply_mode")
        batch_op.drop_column("replies")

    with op.batch_alter_table("followers", schema=None) as batch_op:
        batch_op.drop_index("ix_followers_spent")
        batch_op.drop_index("ix_followers_seen")
        batch_op.drop_index(
            "ix_followers_left",
            sqlite_where=sa.text("is_subscribed = 0"),
            postgresql_where=sa.text("NOT is_subscribed"),
        )
        batch_op.drop_index(
            "ix_followers_blacklisted",
            sqlite_where=sa.text("is_blacklisted = 1"),
            postgresql_where=sa.text("is_blacklisted"),
        )
        batch_op.drop_column("last_paid_at")
        batch_op.drop_column("spent_fen")
        batch_op.drop_column("paid_orders")
        batch_op.drop_column("erased_at")
        batch_op.drop_column("profile_at")
        batch_op.drop_column("follows")
        batch_op.drop_column("blacklisted_at")
        batch_op.drop_column("is_blacklisted")
        batch_op.drop_column("scene")
        batch_op.drop_column("source")
        batch_op.drop_column("remark")
        batch_op.drop_column("avatar_file")
        batch_op.drop_column("avatar_url")
        batch_op.drop_column("nickname")
        batch_op.drop_column("unionid")

    with op.batch_alter_table("scene_scans", schema=None) as batch_op:
        batch_op.drop_index("ix_scene_scans_day")

    op.drop_table("scene_scans")
    op.drop_table("scene_codes")
    with op.batch_alter_table("menu_versions", schema=None) as batch_op:
        batch_op.drop_index("ix_menu_versions_state")

    op.drop_table("menu_versions")
    with op.batch_alter_table("follower_tags", schema=None) as batch_op:
        batch_op.drop_index("ix_follower_tags_tag")

    op.drop_table("follower_tags")
    with op.batch_alter_table("follower_pushes", schema=None) as batch_op:
        batch_op.drop_index("ix_follower_pushes_kind")

    op.drop_table("follower_pushes")
    with op.batch_alter_table("entrance_visits", schema=None) as batch_op:
        batch_op.drop_index("ix_entrance_visits_day")

    op.drop_table("entrance_visits")
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversations_last_activity_at"))
        batch_op.drop_index("ix_conversations_holder")

    op.drop_table("conversations")
    with op.batch_alter_table("tags", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_tags_name",
            sqlite_where=sa.text("removed_at IS NULL"),
            postgresql_where=sa.text("removed_at IS NULL"),
        )

    op.drop_table("tags")
    op.drop_table("standing_replies")
    op.drop_table("quick_replies")
    op.drop_table("preferences")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_messages_unsettled",
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_messages_unanswered",
            sqlite_where=sa.text("answered_by IN ('fallback', 'quiet')"),
            postgresql_where=sa.text("answered_by IN ('fallback', 'quiet')"),
        )
        batch_op.drop_index(
            "ix_messages_sent",
            sqlite_where=sa.text("direction = 'out'"),
            postgresql_where=sa.text("direction = 'out'"),
        )
        batch_op.drop_index(
            "ix_messages_follower",
            sqlite_where=sa.text("settled_at IS NOT NULL"),
            postgresql_where=sa.text("settled_at IS NOT NULL"),
        )

    op.drop_table("messages")
    op.drop_table("materials")
    op.drop_table("marks")
    with op.batch_alter_table("follower_syncs", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_follower_syncs_running",
            sqlite_where=sa.text("is_running = 1"),
            postgresql_where=sa.text("is_running"),
        )

    op.drop_table("follower_syncs")
    op.drop_table("dismissed_sentences")
    op.drop_table("account_menus")
