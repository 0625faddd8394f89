"""Coupons, full reductions, flash sales, freight templates, pick-up; orders keep what was taken off."""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

ORDER_TOTAL = 'total_fen = goods_fen - reduction_fen - coupon_fen + shipping_fen'
ORDER_DISCOUNTS = 'reduction_fen >= 0 AND coupon_fen >= 0'
LINE_PAID = 'reduction_fen + coupon_fen <= unit_price_fen * quantity'


def upgrade() -> None:
    op.create_table('coupons',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('title', sa.String(length=30), nullable=False),
    sa.Column('kind', sa.Enum('fixed', 'percent', name='couponkind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('value', sa.BigInteger(), nullable=False),
    sa.Column('most_fen', sa.BigInteger(), nullable=False),
    sa.Column('threshold_fen', sa.BigInteger(), nullable=False),
    sa.Column('pieces', sa.Integer(), nullable=False),
    sa.Column('issued', sa.Integer(), nullable=False),
    sa.Column('per_person', sa.Integer(), nullable=False),
    sa.Column('tag_id', sa.Integer(), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('valid_days', sa.Integer(), nullable=False),
    sa.Column('is_listed', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("value > 0 AND (kind <> 'percent' OR value < 100)", name=op.f('ck_coupons_value')),
    sa.CheckConstraint('issued >= 0 AND (pieces = 0 OR issued <= pieces)', name=op.f('ck_coupons_issued')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coupons'))
    )
    op.create_table('flash_sales',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('title', sa.String(length=30), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flash_sales'))
    )
    op.create_table('freight_templates',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('title', sa.String(length=30), nullable=False),
    sa.Column('counting', sa.Enum('piece', 'weight', name='counting', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_freight_templates'))
    )
    with op.batch_alter_table('freight_templates', schema=None) as batch_op:
        batch_op.create_index('uq_freight_templates_default', ['is_default'], unique=True, sqlite_where=sa.text('is_default = 1'), postgresql_where=sa.text('is_default'))

    op.create_table('pickup_points',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('title', sa.String(length=30), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('hours', sa.String(length=60), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_points'))
    )
    op.create_table('reductions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('title', sa.String(length=30), nullable=False),
    sa.Column('steps', sa.JSON(), nullable=False),
    sa.Column('product_ids', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reductions'))
    )
    op.create_table('follower_coupons',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('coupon_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('follower_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('free', 'locked', 'used', name='couponstate', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('collected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('order_no', sa.String(length=32), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['coupon_id'], ['coupons.id'], name=op.f('fk_follower_coupons_coupon_id_coupons')),
    sa.ForeignKeyConstraint(['follower_id'], ['followers.id'], name=op.f('fk_follower_coupons_follower_id_followers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follower_coupons')),
    sa.UniqueConstraint('coupon_id', 'follower_id', 'number', name=op.f('uq_follower_coupons_coupon_id_follower_id_number'))
    )
    with op.batch_alter_table('follower_coupons', schema=None) as batch_op:
        batch_op.create_index('ix_follower_coupons_hands', ['follower_id', 'state', 'expires_at'], unique=False)

    op.create_table('freight_zones',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('template_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('regions', sa.JSON(), nullable=False),
    sa.Column('is_served', sa.Boolean(), nullable=False),
    sa.Column('first_units', sa.Integer(), nullable=False),
    sa.Column('first_fee_fen', sa.BigInteger(), nullable=False),
    sa.Column('next_units', sa.Integer(), nullable=False),
    sa.Column('next_fee_fen', sa.BigInteger(), nullable=False),
    sa.Column('free_from_fen', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('first_fee_fen >= 0 AND next_fee_fen >= 0', name=op.f('ck_freight_zones_fees')),
    sa.CheckConstraint('first_units > 0 AND next_units >= 0', name=op.f('ck_freight_zones_units')),
    sa.ForeignKeyConstraint(['template_id'], ['freight_templates.id'], name=op.f('fk_freight_zones_template_id_freight_templates')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_freight_zones'))
    )
    with op.batch_alter_table('freight_zones', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_freight_zones_template_id'), ['template_id'], unique=False)

    op.create_table('freight_goods',
    sa.Column('product_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False),
    sa.Column('template_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['products.id'], name=op.f('fk_freight_goods_product_id_products'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['template_id'], ['freight_templates.id'], name=op.f('fk_freight_goods_template_id_freight_templates')),
    sa.PrimaryKeyConstraint('product_id', name=op.f('pk_freight_goods'))
    )
    with op.batch_alter_table('freight_goods', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_freight_goods_template_id'), ['template_id'], unique=False)

    op.create_table('flash_items',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('sale_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sku_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('price_fen', sa.BigInteger(), nullable=False),
    sa.Column('pieces', sa.Integer(), nullable=False),
    sa.Column('sold', sa.Integer(), nullable=False),
    sa.Column('per_person', sa.Integer(), nullable=False),
    sa.CheckConstraint('price_fen > 0', name=op.f('ck_flash_items_price')),
    sa.CheckConstraint('sold >= 0 AND sold <= pieces', name=op.f('ck_flash_items_sold')),
    sa.ForeignKeyConstraint(['sale_id'], ['flash_sales.id'], name=op.f('fk_flash_items_sale_id_flash_sales')),
    sa.ForeignKeyConstraint(['sku_id'], ['skus.id'], name=op.f('fk_flash_items_sku_id_skus')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flash_items')),
    sa.UniqueConstraint('sale_id', 'sku_id', name=op.f('uq_flash_items_sale_id_sku_id'))
    )
    with op.batch_alter_table('flash_items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_flash_items_sku_id'), ['sku_id'], unique=False)

    op.create_table('pickups',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('point_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('handed_by', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_pickups_order_id_orders')),
    sa.ForeignKeyConstraint(['point_id'], ['pickup_points.id'], name=op.f('fk_pickups_point_id_pickup_points')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickups')),
    sa.UniqueConstraint('code', name=op.f('uq_pickups_code')),
    sa.UniqueConstraint('order_id', name=op.f('uq_pickups_order_id'))
    )
    with op.batch_alter_table('pickups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pickups_point_id'), ['point_id'], unique=False)

    op.create_table('flash_takes',
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('follower_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_flash_takes_quantity')),
    sa.ForeignKeyConstraint(['follower_id'], ['followers.id'], name=op.f('fk_flash_takes_follower_id_followers')),
    sa.ForeignKeyConstraint(['item_id'], ['flash_items.id'], name=op.f('fk_flash_takes_item_id_flash_items')),
    sa.PrimaryKeyConstraint('item_id', 'follower_id', name=op.f('pk_flash_takes'))
    )
    with op.batch_alter_table('order_lines', schema=None) as batch_op:
        batch_op.add_column(sa.Column('list_price_fen', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('reduction_fen', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('coupon_fen', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('flash_item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_order_lines_flash_item_id_flash_items'), 'flash_items', ['flash_item_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_order_lines_paid'), LINE_PAID)

    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reduction_fen', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('reduction_label', sa.String(length=30), server_default='', nullable=False))
        batch_op.add_column(sa.Column('coupon_fen', sa.BigInteger(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('coupon_label', sa.String(length=30), server_default='', nullable=False))
        batch_op.add_column(sa.Column('follower_coupon_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('is_fetched', sa.Boolean(), server_default=sa.text('false'), nullable=False))
        batch_op.create_foreign_key(batch_op.f('fk_orders_follower_coupon_id_follower_coupons'), 'follower_coupons', ['follower_coupon_id'], ['id'])
        batch_op.drop_constraint(batch_op.f('ck_orders_total'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_orders_total'), ORDER_TOTAL)
        batch_op.create_check_constraint(batch_op.f('ck_orders_discounts'), ORDER_DISCOUNTS)



def downgrade() -> None:
    # What the goods cost in the end is what an older release calls their price.
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_orders_total'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_orders_discounts'), type_='check')
    op.execute("UPDATE orders SET goods_fen = goods_fen - reduction_fen - coupon_fen")
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f('ck_orders_total'), 'total_fen = goods_fen + shipping_fen')
        batch_op.drop_constraint(batch_op.f('fk_orders_follower_coupon_id_follower_coupons'), type_='foreignkey')
        batch_op.drop_column('is_fetched')
        batch_op.drop_column('follower_coupon_id')
        batch_op.drop_column('coupon_label')
        batch_op.drop_column('coupon_fen')
        batch_op.drop_column('reduction_label')
        batch_op.drop_column('reduction_fen')

    with op.batch_alter_table('order_lines', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_order_lines_paid'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_order_lines_flash_item_id_flash_items'), type_='foreignkey')
        batch_op.drop_column('flash_item_id')
        batch_op.drop_column('coupon_fen')
        batch_op.drop_column('reduction_fen')
        batch_op.drop_column('list_price_fen')

    op.drop_table('flash_takes')
    with op.batch_alter_table('pickups', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pickups_point_id'))

    op.drop_table('pickups')
    with op.batch_alter_table('flash_items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_flash_items_sku_id'))

    op.drop_table('flash_items')
    with op.batch_alter_table('freight_goods', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_freight_goods_template_id'))

    op.drop_table('freight_goods')
    with op.batch_alter_table('freight_zones', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_freight_zones_template_id'))

    op.drop_table('freight_zones')
    with op.batch_alter_table('follower_coupons', schema=None) as batch_op:
        batch_op.drop_index('ix_follower_coupons_hands')

    op.drop_table('follower_coupons')
    op.drop_table('reductions')
    op.drop_table('pickup_points')
    with op.batch_alter_table('freight_templates', schema=None) as batch_op:
        batch_op.drop_index('uq_freight_templates_default', sqlite_where=sa.text('is_default = 1'), postgresql_where=sa.text('is_default'))

    op.drop_table('freight_templates')
    op.drop_table('flash_sales')
    op.drop_table('coupons')
