CREATE SCHEMA "betting";
--> statement-breakpoint
CREATE SCHEMA "billing";
--> statement-breakpoint
CREATE SCHEMA "catalog";
--> statement-breakpoint
CREATE SCHEMA "consumables";
--> statement-breakpoint
CREATE SCHEMA "hiring";
--> statement-breakpoint
CREATE SCHEMA "identity";
--> statement-breakpoint
CREATE SCHEMA "kernel";
--> statement-breakpoint
CREATE SCHEMA "ledger";
--> statement-breakpoint
CREATE SCHEMA "matching";
--> statement-breakpoint
CREATE SCHEMA "notifications";
--> statement-breakpoint
CREATE SCHEMA "ordering";
--> statement-breakpoint
CREATE SCHEMA "quality";
--> statement-breakpoint
CREATE SEQUENCE "ordering"."request_numbers" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1001 CACHE 1;--> statement-breakpoint
CREATE TABLE "betting"."members" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"added_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "betting"."movements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid,
	"party" text NOT NULL,
	"kind" text NOT NULL,
	"amount_cents" bigint NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"key" text NOT NULL,
	CONSTRAINT "movements_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "betting"."pools" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"request_number" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"settled_at" timestamp (3) with time zone,
	"ending" text
);
--> statement-breakpoint
CREATE TABLE "betting"."stakes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"request_key" text NOT NULL,
	"order_id" uuid NOT NULL,
	"member_id" uuid NOT NULL,
	"ending" text NOT NULL,
	"amount_cents" bigint NOT NULL,
	"placed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "betting"."trail" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor_id" text NOT NULL,
	"verb" text NOT NULL,
	"data" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing"."attempts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"document_id" uuid NOT NULL,
	"party_id" uuid NOT NULL,
	"attempt_no" integer NOT NULL,
	"key" text NOT NULL,
	"amount_cents" bigint NOT NULL,
	"target" text NOT NULL,
	"target_label" text NOT NULL,
	"state" text NOT NULL,
	"failure_code" text,
	"asks_count" integer DEFAULT 0 NOT NULL,
	"next_ask_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "attempts_key_unique" UNIQUE("key"),
	CONSTRAINT "attempts_amount" CHECK ("billing"."attempts"."amount_cents" > 0),
	CONSTRAINT "attempts_settled" CHECK (("billing"."attempts"."settled_at" is not null) = ("billing"."attempts"."state" in ('succeeded', 'failed')))
);
--> statement-breakpoint
CREATE TABLE "billing"."billed_orders" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"client_id" uuid NOT NULL,
	"worker_id" uuid,
	"outcome" text NOT NULL,
	"cause" text,
	"request_number" text NOT NULL,
	"service_name" jsonb NOT NULL,
	"cost_cents" bigint,
	"price_cents" bigint,
	"ended_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing"."counters" (
	"name" text PRIMARY KEY NOT NULL,
	"value" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing"."invoices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone NOT NULL,
	"amount_cents" bigint NOT NULL,
	"state" text NOT NULL,
	"attempts_count" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"paid_at" timestamp (3) with time zone,
	"number" integer NOT NULL,
	"client_id" uuid NOT NULL,
	"period" text NOT NULL,
	CONSTRAINT "invoices_number_unique" UNIQUE("number"),
	CONSTRAINT "invoices_amount" CHECK ("billing"."invoices"."amount_cents" > 0)
);
--> statement-breakpoint
CREATE TABLE "billing"."items" (
	"transaction_id" uuid PRIMARY KEY NOT NULL,
	"purpose" text NOT NULL,
	"party_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"order_id" uuid,
	"details" jsonb NOT NULL,
	"amount_cents" bigint NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"document_id" uuid,
	"no" bigint GENERATED ALWAYS AS IDENTITY (sequence name "billing"."items_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1)
);
--> statement-breakpoint
CREATE TABLE "billing"."payment_methods" (
	"id" uuid PRIMARY KEY NOT NULL,
	"client_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"label" text NOT NULL,
	"token" text,
	"is_refused" boolean DEFAULT false NOT NULL,
	"is_chosen" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing"."payout_accounts" (
	"worker_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"account" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "billing"."period_closes" (
	"kind" text NOT NULL,
	"period" text NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone NOT NULL,
	"parties_count" integer,
	"requested_at" timestamp (3) with time zone NOT NULL,
	"requested_by_kind" text NOT NULL,
	"requested_by_id" text NOT NULL,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "period_closes_kind_period_pk" PRIMARY KEY("kind","period")
);
--> statement-breakpoint
CREATE TABLE "billing"."statements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"from_at" timestamp (3) with time zone NOT NULL,
	"to_at" timestamp (3) with time zone NOT NULL,
	"amount_cents" bigint NOT NULL,
	"state" text NOT NULL,
	"attempts_count" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"paid_at" timestamp (3) with time zone,
	"worker_id" uuid NOT NULL,
	"period" text NOT NULL,
	"carried_cents" bigint NOT NULL,
	"carried_from_id" uuid,
	CONSTRAINT "statements_carried_from_id_unique" UNIQUE("carried_from_id"),
	CONSTRAINT "statements_carried" CHECK ("billing"."statements"."carried_cents" <= 0)
);
--> statement-breakpoint
CREATE TABLE "catalog"."service_types" (
	"id" uuid PRIMARY KEY NOT NULL,
	"request_key" text NOT NULL,
	"current_version_id" uuid NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"retired_at" timestamp (3) with time zone,
	CONSTRAINT "service_types_request_key_unique" UNIQUE("request_key")
);
--> statement-breakpoint
CREATE TABLE "catalog"."service_versions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"service_type_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"name" jsonb NOT NULL,
	"description" jsonb NOT NULL,
	"duration_minutes" integer NOT NULL,
	"skills" jsonb NOT NULL,
	"kit" jsonb NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"published_by" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "consumables"."cookies" (
	"order_id" text PRIMARY KEY NOT NULL,
	"job_id" uuid NOT NULL,
	"state" text NOT NULL,
	"order_at" timestamp (3) with time zone NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"asked_at" timestamp (3) with time zone,
	"next_ask_at" timestamp (3) with time zone,
	"eta_at" timestamp (3) with time zone,
	"contractor_id" text,
	"arrived_at" timestamp (3) with time zone,
	"prediction" jsonb,
	"late_at" timestamp (3) with time zone,
	"trouble" text,
	"waived_by" text,
	"waived_why" text,
	CONSTRAINT "cookies_job_id_unique" UNIQUE("job_id")
);
--> statement-breakpoint
CREATE TABLE "consumables"."items" (
	"id" uuid PRIMARY KEY NOT NULL,
	"code" text NOT NULL,
	"name" jsonb NOT NULL,
	"unit" jsonb NOT NULL,
	"reorder_point_count" integer NOT NULL,
	"on_hand_count" integer DEFAULT 0 NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "items_code_unique" UNIQUE("code"),
	CONSTRAINT "items_never_negative" CHECK ("consumables"."items"."on_hand_count" >= 0 and "consumables"."items"."reorder_point_count" >= 0)
);
--> statement-breakpoint
CREATE TABLE "consumables"."job_lines" (
	"id" uuid PRIMARY KEY NOT NULL,
	"job_id" uuid NOT NULL,
	"item_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"proposed_count" integer,
	"count" integer NOT NULL,
	"is_ticked" boolean DEFAULT false NOT NULL,
	"returned_count" integer,
	"written_off_count" integer,
	"written_off_why" text,
	CONSTRAINT "job_lines_item" UNIQUE("job_id","item_id"),
	CONSTRAINT "job_lines_count" CHECK ("consumables"."job_lines"."count" between 0 and 999),
	CONSTRAINT "job_lines_return_adds_up" CHECK (("consumables"."job_lines"."returned_count" is null and "consumables"."job_lines"."written_off_count" is null)
        or ("consumables"."job_lines"."returned_count" >= 0 and "consumables"."job_lines"."written_off_count" >= 0 and "consumables"."job_lines"."returned_count" + "consumables"."job_lines"."written_off_count" = "consumables"."job_lines"."count"))
);
--> statement-breakpoint
CREATE TABLE "consumables"."jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" text NOT NULL,
	"request_number" text NOT NULL,
	"service_name" jsonb NOT NULL,
	"client_id" text NOT NULL,
	"client_name" text NOT NULL,
	"worker_id" text NOT NULL,
	"worker_name" text NOT NULL,
	"task" text NOT NULL,
	"place" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"issued_at" timestamp (3) with time zone,
	"issued_by" text,
	"signature_photo_id" uuid,
	"closed_at" timestamp (3) with time zone,
	"closed_why" text,
	CONSTRAINT "jobs_order_id_unique" UNIQUE("order_id"),
	CONSTRAINT "jobs_issued_is_signed" CHECK ("consumables"."jobs"."issued_at" is null or "consumables"."jobs"."signature_photo_id" is not null)
);
--> statement-breakpoint
CREATE TABLE "consumables"."purchases" (
	"id" uuid PRIMARY KEY NOT NULL,
	"item_id" uuid NOT NULL,
	"state" text NOT NULL,
	"count" integer NOT NULL,
	"received_count" integer,
	"lot" text,
	"proposed_at" timestamp (3) with time zone NOT NULL,
	"decided_at" timestamp (3) with time zone,
	"decided_by" text,
	"received_at" timestamp (3) with time zone,
	"received_by" text,
	CONSTRAINT "purchases_count" CHECK ("consumables"."purchases"."count" between 1 and 100000)
);
--> statement-breakpoint
CREATE TABLE "consumables"."stock_movements" (
	"id" uuid PRIMARY KEY NOT NULL,
	"item_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"count" integer NOT NULL,
	"delta_count" integer NOT NULL,
	"lot" text,
	"job_id" uuid,
	"purchase_id" uuid,
	"why" text,
	"at" timestamp (3) with time zone NOT NULL,
	"actor_id" text NOT NULL,
	"effect_key" text NOT NULL,
	CONSTRAINT "stock_movements_effect_key_unique" UNIQUE("effect_key"),
	CONSTRAINT "stock_movements_count" CHECK ("consumables"."stock_movements"."count" > 0 and "consumables"."stock_movements"."delta_count" in ("consumables"."stock_movements"."count", -"consumables"."stock_movements"."count", 0))
);
--> statement-breakpoint
CREATE TABLE "hiring"."applications" (
	"id" uuid PRIMARY KEY NOT NULL,
	"request_key" text NOT NULL,
	"name" text NOT NULL,
	"age_years" integer NOT NULL,
	"breed" text NOT NULL,
	"coat_colour" text NOT NULL,
	"email" text NOT NULL,
	"about" text NOT NULL,
	"photo_id" uuid,
	"locale" text NOT NULL,
	"state" text NOT NULL,
	"submitted_at" timestamp (3) with time zone NOT NULL,
	"decided_at" timestamp (3) with time zone,
	"decided_by" text,
	"reason" text,
	"characteristics" jsonb,
	CONSTRAINT "applications_request_key_unique" UNIQUE("request_key")
);
--> statement-breakpoint
CREATE TABLE "identity"."accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"roles" text[] NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"hcb_subject" text,
	"application_id" text,
	"characteristics" jsonb,
	"session_version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"deactivated_at" timestamp (3) with time zone,
	"directory_seen_at" timestamp (3) with time zone,
	CONSTRAINT "accounts_hcb_subject_unique" UNIQUE("hcb_subject"),
	CONSTRAINT "accounts_application_id_unique" UNIQUE("application_id")
);
--> statement-breakpoint
CREATE TABLE "identity"."directory_syncs" (
	"directory" text PRIMARY KEY NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"cursor" text,
	"finished_at" timestamp (3) with time zone,
	"created_count" integer DEFAULT 0 NOT NULL,
	"updated_count" integer DEFAULT 0 NOT NULL,
	"deactivated_count" integer DEFAULT 0 NOT NULL,
	"problem" text
);
--> statement-breakpoint
CREATE TABLE "identity"."invitations" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"cause_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	CONSTRAINT "invitations_cause_id_unique" UNIQUE("cause_id")
);
--> statement-breakpoint
CREATE TABLE "identity"."passwords" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity"."sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"user_agent" text DEFAULT '' NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"last_seen_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "identity"."sign_in_attempts" (
	"key" text PRIMARY KEY NOT NULL,
	"failure_count" integer NOT NULL,
	"last_tried_at" timestamp (3) with time zone NOT NULL,
	"blocked_until" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "kernel"."audit" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"verb" text NOT NULL,
	"subject" text NOT NULL,
	"subject_id" text NOT NULL,
	"why" text,
	"data" jsonb
);
--> statement-breakpoint
CREATE TABLE "kernel"."files" (
	"id" uuid PRIMARY KEY NOT NULL,
	"upload_id" text NOT NULL,
	"owner_id" text NOT NULL,
	"kind" text NOT NULL,
	"sha256" text NOT NULL,
	"width_px" integer NOT NULL,
	"height_px" integer NOT NULL,
	"size_bytes" integer NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "files_upload" UNIQUE("owner_id","upload_id")
);
--> statement-breakpoint
CREATE TABLE "kernel"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"data" jsonb NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kernel"."settings" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"changed_by" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kernel"."webhook_inbox" (
	"partner" text NOT NULL,
	"delivery_id" text NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "webhook_inbox_partner_delivery_id_pk" PRIMARY KEY("partner","delivery_id")
);
--> statement-breakpoint
CREATE TABLE "ledger"."accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"book" text NOT NULL,
	"kind" text NOT NULL,
	"party" text,
	CONSTRAINT "accounts_book" CHECK ("ledger"."accounts"."book" in ('clients', 'people', 'betting')),
	CONSTRAINT "accounts_id" CHECK ("ledger"."accounts"."id" = "ledger"."accounts"."book" || ':' || "ledger"."accounts"."kind" || coalesce(':' || "ledger"."accounts"."party", ''))
);
--> statement-breakpoint
CREATE TABLE "ledger"."lines" (
	"transaction_id" uuid NOT NULL,
	"position" smallint NOT NULL,
	"book" text NOT NULL,
	"account_id" text NOT NULL,
	"amount_cents" bigint NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"no" bigint GENERATED ALWAYS AS IDENTITY (sequence name "ledger"."lines_no_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "lines_transaction_id_position_pk" PRIMARY KEY("transaction_id","position"),
	CONSTRAINT "lines_amount" CHECK ("ledger"."lines"."amount_cents" <> 0),
	CONSTRAINT "lines_book" CHECK (split_part("ledger"."lines"."account_id", ':', 1) = "ledger"."lines"."book")
);
--> statement-breakpoint
CREATE TABLE "ledger"."transactions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"book" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"details" jsonb NOT NULL,
	"recorded_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"xid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	CONSTRAINT "transactions_book" CHECK ("ledger"."transactions"."book" in ('clients', 'people', 'betting'))
);
--> statement-breakpoint
CREATE TABLE "matching"."engagements" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"worker_id" uuid NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"overbooked" boolean NOT NULL,
	"released_at" timestamp (3) with time zone,
	"outcome" text,
	CONSTRAINT "engagements_not_empty" CHECK ("matching"."engagements"."ends_at" > "matching"."engagements"."starts_at")
);
--> statement-breakpoint
CREATE TABLE "matching"."match_results" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"worker_id" uuid NOT NULL,
	"cost_cents" bigint NOT NULL,
	"trace" jsonb NOT NULL,
	"matched_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "match_results_order_id_unique" UNIQUE("order_id")
);
--> statement-breakpoint
CREATE TABLE "matching"."samples" (
	"worker_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"characteristics" jsonb NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"completed_count" integer DEFAULT 0 NOT NULL,
	"failed_count" integer DEFAULT 0 NOT NULL,
	"cancelled_count" integer DEFAULT 0 NOT NULL,
	"joined_at" timestamp (3) with time zone NOT NULL,
	"deactivated_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "matching"."waiting_orders" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"since" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notifications"."messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"account_id" uuid,
	"email" text NOT NULL,
	"locale" text NOT NULL,
	"kind" text NOT NULL,
	"params" jsonb NOT NULL,
	"link" text,
	"dedupe_key" text NOT NULL,
	"in_app" boolean NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"read_at" timestamp (3) with time zone,
	"mail_state" text NOT NULL,
	"mail_attempts" integer DEFAULT 0 NOT NULL,
	"mail_tried_at" timestamp (3) with time zone,
	"mail_problem" text,
	CONSTRAINT "messages_dedupe_key_unique" UNIQUE("dedupe_key")
);
--> statement-breakpoint
CREATE TABLE "notifications"."preferences" (
	"account_id" uuid NOT NULL,
	"topic" text NOT NULL,
	"by_mail" boolean NOT NULL,
	"in_app" boolean NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "preferences_account_id_topic_pk" PRIMARY KEY("account_id","topic")
);
--> statement-breakpoint
CREATE TABLE "ordering"."order_history" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"from_state" text,
	"to_state" text NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"cause" text,
	"reason" text
);
--> statement-breakpoint
CREATE TABLE "ordering"."orders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"request_number" text NOT NULL,
	"client_id" uuid NOT NULL,
	"client_name" text NOT NULL,
	"request_key" text NOT NULL,
	"service_type_id" uuid NOT NULL,
	"service_version_id" uuid NOT NULL,
	"service_name" jsonb NOT NULL,
	"duration_minutes" integer NOT NULL,
	"skills" jsonb NOT NULL,
	"kit" jsonb NOT NULL,
	"what" text NOT NULL,
	"place" text NOT NULL,
	"contact" text NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"original_order_id" uuid,
	"excluded_worker_id" uuid,
	"match_id" uuid,
	"worker_id" uuid,
	"worker_name" text,
	"cost_cents" bigint,
	"discount_percent" integer,
	"price_cents" bigint,
	"start_photo_id" uuid,
	"report_photo_id" uuid,
	"placed_at" timestamp (3) with time zone NOT NULL,
	"assigned_at" timestamp (3) with time zone,
	"ready_at" timestamp (3) with time zone,
	"started_at" timestamp (3) with time zone,
	"reported_at" timestamp (3) with time zone,
	"overran_at" timestamp (3) with time zone,
	"ended_at" timestamp (3) with time zone,
	"failure_cause" text,
	"end_reason" text,
	"search" text GENERATED ALWAYS AS (lower(request_number || ' ' || client_name || ' ' || what || ' ' || place || ' ' || contact || ' ' || coalesce(worker_name, ''))) STORED NOT NULL,
	CONSTRAINT "orders_request_number_unique" UNIQUE("request_number"),
	CONSTRAINT "orders_state_known" CHECK ("ordering"."orders"."state" in ('placed','assigned','ready','in_progress','reported','completed','failed','cancelled')),
	CONSTRAINT "orders_assigned_whole" CHECK (("ordering"."orders"."worker_id" is null) = ("ordering"."orders"."match_id" is null) and ("ordering"."orders"."worker_id" is null) = ("ordering"."orders"."price_cents" is null)
          and ("ordering"."orders"."worker_id" is null) = ("ordering"."orders"."cost_cents" is null) and ("ordering"."orders"."worker_id" is null) = ("ordering"."orders"."discount_percent" is null)
          and ("ordering"."orders"."worker_id" is not null or "ordering"."orders"."state" in ('placed','cancelled'))),
	CONSTRAINT "orders_end_stamped" CHECK (("ordering"."orders"."ended_at" is not null) = ("ordering"."orders"."state" in ('completed','failed','cancelled'))),
	CONSTRAINT "orders_cause_of_failure" CHECK (("ordering"."orders"."failure_cause" is not null) = ("ordering"."orders"."state" = 'failed')),
	CONSTRAINT "orders_price_bounds" CHECK ("ordering"."orders"."price_cents" between 0 and "ordering"."orders"."cost_cents")
);
--> statement-breakpoint
CREATE TABLE "quality"."audits" (
	"id" uuid PRIMARY KEY NOT NULL,
	"order_id" uuid NOT NULL,
	"request_number" text NOT NULL,
	"kind" text NOT NULL,
	"ending" text NOT NULL,
	"cause" text,
	"reason" text,
	"client_id" uuid NOT NULL,
	"worker_id" uuid,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"opened_by" text NOT NULL,
	"concluded_at" timestamp (3) with time zone,
	"concluded_by" text,
	"findings" jsonb,
	CONSTRAINT "audits_order_id_unique" UNIQUE("order_id")
);
--> statement-breakpoint
CREATE TABLE "quality"."contacts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"audit_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"by" text NOT NULL,
	"channel" text NOT NULL,
	"said" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "quality"."hypotheses" (
	"id" uuid PRIMARY KEY NOT NULL,
	"audit_id" uuid,
	"claim" text NOT NULL,
	"measure" text NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"created_by" text NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "hypotheses_audit_id_unique" UNIQUE("audit_id")
);
--> statement-breakpoint
ALTER TABLE "catalog"."service_versions" ADD CONSTRAINT "service_versions_service_type_id_service_types_id_fk" FOREIGN KEY ("service_type_id") REFERENCES "catalog"."service_types"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consumables"."cookies" ADD CONSTRAINT "cookies_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "consumables"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consumables"."job_lines" ADD CONSTRAINT "job_lines_job_id_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "consumables"."jobs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consumables"."job_lines" ADD CONSTRAINT "job_lines_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "consumables"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consumables"."purchases" ADD CONSTRAINT "purchases_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "consumables"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consumables"."stock_movements" ADD CONSTRAINT "stock_movements_item_id_items_id_fk" FOREIGN KEY ("item_id") REFERENCES "consumables"."items"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."invitations" ADD CONSTRAINT "invitations_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "identity"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."passwords" ADD CONSTRAINT "passwords_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "identity"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."sessions" ADD CONSTRAINT "sessions_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "identity"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger"."lines" ADD CONSTRAINT "lines_transaction_id_transactions_id_fk" FOREIGN KEY ("transaction_id") REFERENCES "ledger"."transactions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger"."lines" ADD CONSTRAINT "lines_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "ledger"."accounts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "matching"."engagements" ADD CONSTRAINT "engagements_worker_id_samples_worker_id_fk" FOREIGN KEY ("worker_id") REFERENCES "matching"."samples"("worker_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ordering"."order_history" ADD CONSTRAINT "order_history_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "ordering"."orders"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "movements_party" ON "betting"."movements" USING btree ("party","at");--> statement-breakpoint
CREATE INDEX "movements_order" ON "betting"."movements" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "pools_settled_at" ON "betting"."pools" USING btree ("settled_at","opened_at");--> statement-breakpoint
CREATE UNIQUE INDEX "stakes_request_key" ON "betting"."stakes" USING btree ("member_id","request_key");--> statement-breakpoint
CREATE INDEX "stakes_order" ON "betting"."stakes" USING btree ("order_id","id");--> statement-breakpoint
CREATE INDEX "stakes_member" ON "betting"."stakes" USING btree ("member_id","placed_at");--> statement-breakpoint
CREATE INDEX "trail_at" ON "betting"."trail" USING btree ("at");--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_no" ON "billing"."attempts" USING btree ("purpose","document_id","attempt_no");--> statement-breakpoint
CREATE UNIQUE INDEX "attempts_open" ON "billing"."attempts" USING btree ("purpose","document_id") WHERE "billing"."attempts"."settled_at" is null;--> statement-breakpoint
CREATE INDEX "attempts_to_ask" ON "billing"."attempts" USING btree ("next_ask_at") WHERE "billing"."attempts"."next_ask_at" is not null;--> statement-breakpoint
CREATE INDEX "billed_orders_ended_at" ON "billing"."billed_orders" USING btree ("ended_at");--> statement-breakpoint
CREATE UNIQUE INDEX "invoices_period" ON "billing"."invoices" USING btree ("client_id","period");--> statement-breakpoint
CREATE INDEX "invoices_client" ON "billing"."invoices" USING btree ("client_id","issued_at");--> statement-breakpoint
CREATE INDEX "invoices_of_period" ON "billing"."invoices" USING btree ("period");--> statement-breakpoint
CREATE INDEX "invoices_issued_at" ON "billing"."invoices" USING btree ("issued_at");--> statement-breakpoint
CREATE INDEX "invoices_due" ON "billing"."invoices" USING btree ("next_attempt_at") WHERE "billing"."invoices"."next_attempt_at" is not null;--> statement-breakpoint
CREATE INDEX "items_open" ON "billing"."items" USING btree ("purpose","party_id","occurred_at") WHERE "billing"."items"."document_id" is null;--> statement-breakpoint
CREATE INDEX "items_document" ON "billing"."items" USING btree ("document_id") WHERE "billing"."items"."document_id" is not null;--> statement-breakpoint
CREATE INDEX "items_order" ON "billing"."items" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "payment_methods_client" ON "billing"."payment_methods" USING btree ("client_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "payment_methods_payroll" ON "billing"."payment_methods" USING btree ("client_id") WHERE "billing"."payment_methods"."kind" = 'payroll';--> statement-breakpoint
CREATE UNIQUE INDEX "payment_methods_chosen" ON "billing"."payment_methods" USING btree ("client_id") WHERE "billing"."payment_methods"."is_chosen";--> statement-breakpoint
CREATE INDEX "period_closes_requested" ON "billing"."period_closes" USING btree ("requested_at");--> statement-breakpoint
CREATE UNIQUE INDEX "statements_period" ON "billing"."statements" USING btree ("worker_id","period");--> statement-breakpoint
CREATE INDEX "statements_of_period" ON "billing"."statements" USING btree ("period");--> statement-breakpoint
CREATE INDEX "statements_issued_at" ON "billing"."statements" USING btree ("issued_at");--> statement-breakpoint
CREATE INDEX "statements_due" ON "billing"."statements" USING btree ("next_attempt_at") WHERE "billing"."statements"."next_attempt_at" is not null;--> statement-breakpoint
CREATE INDEX "service_types_retired_at" ON "catalog"."service_types" USING btree ("retired_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "service_versions_number" ON "catalog"."service_versions" USING btree ("service_type_id","version");--> statement-breakpoint
CREATE INDEX "cookies_to_ask" ON "consumables"."cookies" USING btree ("next_ask_at") WHERE "consumables"."cookies"."next_ask_at" is not null;--> statement-breakpoint
CREATE INDEX "cookies_planned" ON "consumables"."cookies" USING btree ("order_at") WHERE "consumables"."cookies"."state" = 'planned';--> statement-breakpoint
CREATE INDEX "job_lines_by_item" ON "consumables"."job_lines" USING btree ("item_id");--> statement-breakpoint
CREATE INDEX "jobs_board" ON "consumables"."jobs" USING btree ("state","due_at");--> statement-breakpoint
CREATE INDEX "jobs_worker" ON "consumables"."jobs" USING btree ("worker_id","due_at");--> statement-breakpoint
CREATE UNIQUE INDEX "purchases_one_open" ON "consumables"."purchases" USING btree ("item_id") WHERE "consumables"."purchases"."state" in ('proposed', 'ordered');--> statement-breakpoint
CREATE INDEX "purchases_state" ON "consumables"."purchases" USING btree ("state","proposed_at");--> statement-breakpoint
CREATE INDEX "stock_movements_item" ON "consumables"."stock_movements" USING btree ("item_id","id");--> statement-breakpoint
CREATE INDEX "applications_state" ON "hiring"."applications" USING btree ("state","submitted_at");--> statement-breakpoint
CREATE INDEX "applications_email" ON "hiring"."applications" USING btree ("email","submitted_at");--> statement-breakpoint
CREATE INDEX "applications_submitted_at" ON "hiring"."applications" USING btree ("submitted_at");--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_local_email" ON "identity"."accounts" USING btree ("email") WHERE "identity"."accounts"."source" = 'local';--> statement-breakpoint
CREATE INDEX "accounts_roles" ON "identity"."accounts" USING gin ("roles");--> statement-breakpoint
CREATE INDEX "accounts_directory" ON "identity"."accounts" USING btree ("directory_seen_at") WHERE "identity"."accounts"."source" = 'hcb' and "identity"."accounts"."active";--> statement-breakpoint
CREATE INDEX "invitations_account" ON "identity"."invitations" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "sessions_account" ON "identity"."sessions" USING btree ("account_id","last_seen_at") WHERE "identity"."sessions"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "sessions_expires_at" ON "identity"."sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sign_in_attempts_last_tried_at" ON "identity"."sign_in_attempts" USING btree ("last_tried_at");--> statement-breakpoint
CREATE INDEX "audit_subject" ON "kernel"."audit" USING btree ("subject","subject_id","at");--> statement-breakpoint
CREATE INDEX "audit_at" ON "kernel"."audit" USING btree ("at");--> statement-breakpoint
CREATE INDEX "files_owner" ON "kernel"."files" USING btree ("owner_id","created_at");--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "kernel"."outbox" USING btree ("next_try_at","id") WHERE "kernel"."outbox"."sent_at" is null;--> statement-breakpoint
CREATE INDEX "outbox_sent_at" ON "kernel"."outbox" USING btree ("sent_at") WHERE "kernel"."outbox"."sent_at" is not null;--> statement-breakpoint
CREATE INDEX "webhook_inbox_received_at" ON "kernel"."webhook_inbox" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "accounts_book_kind" ON "ledger"."accounts" USING btree ("book","kind");--> statement-breakpoint
CREATE INDEX "lines_account" ON "ledger"."lines" USING btree ("account_id","occurred_at","no");--> statement-breakpoint
CREATE UNIQUE INDEX "transactions_key" ON "ledger"."transactions" USING btree ("book","key");--> statement-breakpoint
CREATE INDEX "transactions_subject" ON "ledger"."transactions" USING btree ("subject");--> statement-breakpoint
CREATE INDEX "transactions_kind" ON "ledger"."transactions" USING btree ("book","kind","occurred_at");--> statement-breakpoint
CREATE INDEX "engagements_worker" ON "matching"."engagements" USING btree ("worker_id","starts_at");--> statement-breakpoint
CREATE INDEX "engagements_starts_at" ON "matching"."engagements" USING btree ("starts_at");--> statement-breakpoint
CREATE INDEX "match_results_worker" ON "matching"."match_results" USING btree ("worker_id","matched_at");--> statement-breakpoint
CREATE INDEX "samples_active" ON "matching"."samples" USING btree ("worker_id") WHERE "matching"."samples"."active";--> statement-breakpoint
CREATE INDEX "waiting_orders_since" ON "matching"."waiting_orders" USING btree ("since");--> statement-breakpoint
CREATE INDEX "messages_account" ON "notifications"."messages" USING btree ("account_id","created_at") WHERE "notifications"."messages"."in_app";--> statement-breakpoint
CREATE INDEX "messages_unread" ON "notifications"."messages" USING btree ("account_id") WHERE "notifications"."messages"."in_app" and "notifications"."messages"."read_at" is null;--> statement-breakpoint
CREATE INDEX "messages_mail_open" ON "notifications"."messages" USING btree ("created_at") WHERE "notifications"."messages"."mail_state" in ('pending', 'sending');--> statement-breakpoint
CREATE INDEX "messages_created_at" ON "notifications"."messages" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "order_history_once" ON "ordering"."order_history" USING btree ("order_id","to_state");--> statement-breakpoint
CREATE UNIQUE INDEX "order_history_position" ON "ordering"."order_history" USING btree ("order_id","position");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_request_key" ON "ordering"."orders" USING btree ("client_id","request_key");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_original" ON "ordering"."orders" USING btree ("original_order_id");--> statement-breakpoint
CREATE INDEX "orders_client" ON "ordering"."orders" USING btree ("client_id","id");--> statement-breakpoint
CREATE INDEX "orders_worker" ON "ordering"."orders" USING btree ("worker_id","state","id");--> statement-breakpoint
CREATE INDEX "orders_state" ON "ordering"."orders" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "orders_starts_at" ON "ordering"."orders" USING btree ("starts_at");--> statement-breakpoint
CREATE INDEX "orders_ended_at" ON "ordering"."orders" USING btree ("ended_at");--> statement-breakpoint
CREATE INDEX "orders_active" ON "ordering"."orders" USING btree ("state","starts_at") WHERE "ordering"."orders"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "orders_start_photo" ON "ordering"."orders" USING btree ("start_photo_id") WHERE "ordering"."orders"."start_photo_id" is not null;--> statement-breakpoint
CREATE INDEX "orders_report_photo" ON "ordering"."orders" USING btree ("report_photo_id") WHERE "ordering"."orders"."report_photo_id" is not null;--> statement-breakpoint
CREATE INDEX "audits_open" ON "quality"."audits" USING btree ("concluded_at","opened_at");--> statement-breakpoint
CREATE INDEX "audits_kind" ON "quality"."audits" USING btree ("kind","concluded_at","opened_at");--> statement-breakpoint
CREATE INDEX "audits_worker" ON "quality"."audits" USING btree ("worker_id","opened_at");--> statement-breakpoint
CREATE INDEX "contacts_audit" ON "quality"."contacts" USING btree ("audit_id","at");--> statement-breakpoint
CREATE INDEX "hypotheses_state" ON "quality"."hypotheses" USING btree ("state","created_at");