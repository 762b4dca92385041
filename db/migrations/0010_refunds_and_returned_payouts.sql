CREATE TABLE "billing"."refunds" (
	"id" uuid PRIMARY KEY NOT NULL,
	"client_id" uuid NOT NULL,
	"invoice_id" uuid NOT NULL,
	"charge_id" uuid NOT NULL,
	"cause" text NOT NULL,
	"amount_cents" bigint NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "refunds_amount" CHECK ("billing"."refunds"."amount_cents" > 0)
);
--> statement-breakpoint
ALTER TABLE "billing"."attempts" DROP CONSTRAINT "attempts_settled";--> statement-breakpoint
CREATE INDEX "refunds_invoice" ON "billing"."refunds" USING btree ("invoice_id");--> statement-breakpoint
CREATE INDEX "refunds_created_at" ON "billing"."refunds" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "refunds_paid_twice" ON "billing"."refunds" USING btree ("charge_id") WHERE "billing"."refunds"."cause" = 'paid_twice';--> statement-breakpoint
CREATE INDEX "attempts_parked" ON "billing"."attempts" USING btree ("created_at") WHERE "billing"."attempts"."state" = 'parked';--> statement-breakpoint
ALTER TABLE "billing"."attempts" ADD CONSTRAINT "attempts_settled" CHECK (("billing"."attempts"."settled_at" is not null) = ("billing"."attempts"."state" in ('succeeded', 'failed', 'returned')));