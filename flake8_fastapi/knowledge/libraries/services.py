"""Cloud, brokers, hosted services and libraries that compute for long."""

from __future__ import annotations

from ..blocking import BOTO_RESOURCES
from .family import Family, each, members, to

_BOTO = "botocore.client.BaseClient"
_OPENAI = "openai.resources"
_TWILIO = "twilio.rest.api.v2010.account"
_CHAT_MODEL = "langchain_core.language_models.BaseChatModel"
_RESOURCE = "boto3.resources.base.ServiceResource"
_STUBS = {
    "S3Client": "s3",
    "DynamoDBClient": "dynamodb",
    "SQSClient": "sqs",
    "SNSClient": "sns",
    "SESClient": "ses",
    "LambdaClient": "lambda",
    "SecretsManagerClient": "secretsmanager",
    "SSMClient": "ssm",
    "STSClient": "sts",
    "KMSClient": "kms",
    "CognitoIdentityProviderClient": "cognito_idp",
    "BedrockRuntimeClient": "bedrock_runtime",
    "EventBridgeClient": "events",
    "SFNClient": "stepfunctions",
    "CloudWatchClient": "cloudwatch",
    "TextractClient": "textract",
    "EC2Client": "ec2",
}

ALIASES = {
    "boto3.session.Session": "boto3.Session",
    **{
        f"{stubs}_{module}.{name}": _BOTO
        for stubs in ("mypy_boto3", "types_boto3")
        for klass, module in _STUBS.items()
        for name in (klass, f"client.{klass}")
    },
    f"{_OPENAI}.chat.completions.completions": f"{_OPENAI}.chat.completions",
    f"{_OPENAI}.chat.chat": f"{_OPENAI}.chat",
    "supabase._sync.client.Client": "supabase.Client",
    "supabase.client.Client": "supabase.Client",
    "supabase._sync.client.create_client": "supabase.create_client",
    "supabase.client.create_client": "supabase.create_client",
    "minio.api.Minio": "minio.Minio",
    "slack_sdk.web.WebClient": "slack_sdk.WebClient",
    "slack_sdk.web.client.WebClient": "slack_sdk.WebClient",
    "slack_sdk.webhook.client.WebhookClient": "slack_sdk.webhook.WebhookClient",
    "sendgrid.sendgrid.SendGridAPIClient": "sendgrid.SendGridAPIClient",
    "paramiko.client.SSHClient": "paramiko.SSHClient",
    "paramiko.sftp_client.SFTPClient": "paramiko.SFTPClient",
    "paramiko.transport.Transport": "paramiko.Transport",
    "kafka.producer.kafka.KafkaProducer": "kafka.KafkaProducer",
    "kafka.consumer.group.KafkaConsumer": "kafka.KafkaConsumer",
    "kafka.producer.KafkaProducer": "kafka.KafkaProducer",
    "kafka.consumer.KafkaConsumer": "kafka.KafkaConsumer",
    "confluent_kafka.cimpl": "confluent_kafka",
    "pika.adapters.blocking_connection.BlockingConnection": "pika.BlockingConnection",
    "pika.adapters.BlockingConnection": "pika.BlockingConnection",
    "celery.app.task.Task": "celery.Task",
    "celery.app.base.Celery": "celery.Celery",
    "docker.client.DockerClient": "docker.DockerClient",
    "docker.client.from_env": "docker.from_env",
    "google.cloud.storage.client.Client": "google.cloud.storage.Client",
    "google.cloud.storage.bucket.Bucket": "google.cloud.storage.Bucket",
    "google.cloud.storage.blob.Blob": "google.cloud.storage.Blob",
    "google.cloud.bigquery.client.Client": "google.cloud.bigquery.Client",
    "google.cloud.bigquery.job.QueryJob": "google.cloud.bigquery.QueryJob",
    "google.cloud.firestore_v1": "google.cloud.firestore",
    "google.cloud.secretmanager_v1": "google.cloud.secretmanager",
    "pandas.core.frame.DataFrame": "pandas.DataFrame",
    "polars.dataframe.frame.DataFrame": "polars.DataFrame",
    "polars.lazyframe.frame.LazyFrame": "polars.LazyFrame",
    "github.MainClass.Github": "github.Github",
}

BASES = {
    "celery.result.GroupResult": ("celery.result.ResultSet",),
    "msal.ConfidentialClientApplication": ("msal.ClientApplication",),
    "msal.PublicClientApplication": ("msal.ClientApplication",),
    "confluent_kafka.SerializingProducer": ("confluent_kafka.Producer",),
    "confluent_kafka.DeserializingConsumer": ("confluent_kafka.Consumer",),
    "google.cloud.firestore.CollectionReference": ("google.cloud.firestore.Query",),
    "storage3._sync.file_api.SyncBucketProxy": ("storage3._sync.file_api.SyncBucketActionsMixin",),
    "sklearn.pipeline.Pipeline": ("sklearn.base.BaseEstimator",),
    **dict.fromkeys(
        ("keras.Sequential", "tensorflow.keras.Sequential", "tensorflow.keras.Model"),
        ("keras.Model",),
    ),
    **dict.fromkeys(
        (
            "selenium.webdriver.Chrome",
            "selenium.webdriver.Firefox",
            "selenium.webdriver.Edge",
            "selenium.webdriver.Remote",
        ),
        ("selenium.webdriver.remote.webdriver.WebDriver",),
    ),
}

_FILTERS = "eq neq gt gte lt lte is_ like ilike in_ contains contained_by match filter or_ overlaps"

_COLLECTIONS = (
    "accepted_vpc_peering_connections access_keys alarms attached_groups attached_policies attached_roles"
    " attached_users buckets classic_addresses completed_jobs dead_letter_source_queues dhcp_options_sets"
    " endpoints events failed_jobs groups images instance_profiles instances internet_gateways jobs"
    " jobs_in_progress key_pairs metrics mfa_devices multipart_uploads network_acls object_versions"
    " objects parts placement_groups platform_applications policies queues"
    " requested_vpc_peering_connections resource_summaries route_tables saml_providers security_groups"
    " server_certificates signing_certificates snapshots stacks subnets subscriptions succeeded_jobs"
    " tables topics users vaults versions virtual_mfa_devices volumes vpc_addresses"
    " vpc_peering_connections vpcs"
)

RETURNS = {
    "boto3.client": _BOTO,
    "boto3.Session.client": _BOTO,
    "boto3.resource": _RESOURCE,
    "boto3.Session.resource": _RESOURCE,
    f"{_BOTO}.get_paginator": "botocore.paginate.Paginator",
    f"{_BOTO}.get_waiter": "botocore.waiter.Waiter",
    "botocore.paginate.Paginator.paginate": "botocore.paginate.PageIterator",
    **each(_RESOURCE, BOTO_RESOURCES, _RESOURCE),
    f"{_RESOURCE}.batch_writer": "boto3.dynamodb.table.BatchWriter",
    **each(
        "boto3.resources.collection.CollectionManager",
        "all filter limit page_size",
        "boto3.resources.collection.ResourceCollection",
    ),
    **each(
        "google.cloud.storage.Client",
        "bucket get_bucket lookup_bucket create_bucket",
        "google.cloud.storage.Bucket",
    ),
    **each("google.cloud.storage.Bucket", "blob get_blob copy_blob rename_blob", "google.cloud.storage.Blob"),
    "google.cloud.bigquery.Client.query": "google.cloud.bigquery.QueryJob",
    "google.cloud.bigquery.Client.query_and_wait": "google.cloud.bigquery.table.RowIterator",
    "google.cloud.bigquery.Client.list_rows": "google.cloud.bigquery.table.RowIterator",
    "google.cloud.bigquery.QueryJob.result": "google.cloud.bigquery.table.RowIterator",
    "google.cloud.firestore.Client.collection": "google.cloud.firestore.CollectionReference",
    "google.cloud.firestore.Client.document": "google.cloud.firestore.DocumentReference",
    "google.cloud.firestore.Client.batch": "google.cloud.firestore.WriteBatch",
    "google.cloud.firestore.CollectionReference.document": "google.cloud.firestore.DocumentReference",
    "google.cloud.firestore.DocumentReference.collection": "google.cloud.firestore.CollectionReference",
    **each(
        "google.cloud.firestore.Query",
        "where order_by limit offset start_after select",
        "google.cloud.firestore.Query",
    ),
    "firebase_admin.firestore.client": "google.cloud.firestore.Client",
    "google.cloud.pubsub_v1.PublisherClient.publish": "google.cloud.pubsub_v1.publisher.futures.Future",
    **to(
        "azure.storage.blob.BlobServiceClient",
        "azure.storage.blob.BlobServiceClient.from_connection_string",
    ),
    "azure.storage.blob.BlobServiceClient.get_container_client": "azure.storage.blob.ContainerClient",
    "azure.storage.blob.BlobServiceClient.get_blob_client": "azure.storage.blob.BlobClient",
    "azure.storage.blob.ContainerClient.get_blob_client": "azure.storage.blob.BlobClient",
    "azure.storage.blob.ContainerClient.from_connection_string": "azure.storage.blob.ContainerClient",
    "azure.storage.blob.BlobClient.from_connection_string": "azure.storage.blob.BlobClient",
    "azure.storage.blob.BlobClient.download_blob": "azure.storage.blob.StorageStreamDownloader",
    "azure.storage.blob.ContainerClient.download_blob": "azure.storage.blob.StorageStreamDownloader",
    "azure.cosmos.CosmosClient.from_connection_string": "azure.cosmos.CosmosClient",
    "azure.cosmos.CosmosClient.get_database_client": "azure.cosmos.DatabaseProxy",
    "azure.cosmos.DatabaseProxy.get_container_client": "azure.cosmos.ContainerProxy",
    "azure.servicebus.ServiceBusClient.from_connection_string": "azure.servicebus.ServiceBusClient",
    **each(
        "azure.servicebus.ServiceBusClient",
        "get_queue_sender get_topic_sender",
        "azure.servicebus.ServiceBusSender",
    ),
    **each(
        "azure.servicebus.ServiceBusClient",
        "get_queue_receiver get_subscription_receiver",
        "azure.servicebus.ServiceBusReceiver",
    ),
    "azure.data.tables.TableServiceClient.get_table_client": "azure.data.tables.TableClient",
    "azure.data.tables.TableClient.from_connection_string": "azure.data.tables.TableClient",
    "docker.from_env": "docker.DockerClient",
    "docker.DockerClient.from_env": "docker.DockerClient",
    **each("docker.models.containers.ContainerCollection", "get create", "docker.models.containers.Container"),
    "supabase.create_client": "supabase.Client",
    **each("supabase.Client", "table from_", "postgrest.SyncRequestBuilder"),
    "supabase.Client.rpc": "postgrest.SyncQueryRequestBuilder",
    "postgrest.SyncRequestBuilder.select": "postgrest.SyncSelectRequestBuilder",
    **each("postgrest.SyncRequestBuilder", "insert upsert", "postgrest.SyncQueryRequestBuilder"),
    **each("postgrest.SyncRequestBuilder", "update delete", "postgrest.SyncFilterRequestBuilder"),
    **each(
        "postgrest.SyncSelectRequestBuilder",
        _FILTERS + " limit offset order range text_search",
        "postgrest.SyncSelectRequestBuilder",
    ),
    **each("postgrest.SyncFilterRequestBuilder", _FILTERS, "postgrest.SyncFilterRequestBuilder"),
    "postgrest.SyncSelectRequestBuilder.single": "postgrest.SyncSingleRequestBuilder",
    "postgrest.SyncSelectRequestBuilder.maybe_single": "postgrest.SyncMaybeSingleRequestBuilder",
    "storage3.SyncStorageClient.from_": "storage3._sync.file_api.SyncBucketProxy",
    "paramiko.SSHClient.open_sftp": "paramiko.SFTPClient",
    "paramiko.SSHClient.get_transport": "paramiko.Transport",
    "paramiko.SFTPClient.from_transport": "paramiko.SFTPClient",
    "kafka.KafkaProducer.send": "kafka.producer.future.FutureRecordMetadata",
    "pika.BlockingConnection.channel": "pika.adapters.blocking_connection.BlockingChannel",
    **each("celery.Task", "delay apply_async", "celery.result.AsyncResult"),
    "celery.Celery.send_task": "celery.result.AsyncResult",
    "celery.Celery.AsyncResult": "celery.result.AsyncResult",
    f"{_TWILIO}.message.MessageList.__call__": f"{_TWILIO}.message.MessageContext",
    f"{_TWILIO}.call.CallList.__call__": f"{_TWILIO}.call.CallContext",
    "twilio.rest.verify.v2.service.ServiceList.__call__": "twilio.rest.verify.v2.service.ServiceContext",
    **each("gspread", "authorize service_account oauth", "gspread.Client"),
    **each("gspread.Client", "open open_by_key open_by_url create", "gspread.Spreadsheet"),
    **each("gspread.Spreadsheet", "worksheet get_worksheet add_worksheet", "gspread.Worksheet"),
    f"{_CHAT_MODEL}.with_structured_output": "langchain_core.runnables.Runnable",
    f"{_CHAT_MODEL}.bind_tools": "langchain_core.runnables.Runnable",
    **each(
        "pandas",
        "read_csv read_excel read_json read_parquet read_pickle read_feather read_hdf read_xml read_sql"
        " read_sql_query read_sql_table concat merge",
        "pandas.DataFrame",
    ),
    **each("polars", "read_csv read_parquet read_excel read_json read_database", "polars.DataFrame"),
    **each("polars", "scan_csv scan_parquet", "polars.LazyFrame"),
    **each("polars.LazyFrame", "filter select with_columns group_by sort join limit", "polars.LazyFrame"),
    "polars.LazyFrame.collect": "polars.DataFrame",
    "PIL.Image.open": "PIL.Image.Image",
    "PIL.Image.new": "PIL.Image.Image",
    **each("PIL.Image.Image", "resize convert rotate filter crop copy transpose", "PIL.Image.Image"),
    "openpyxl.load_workbook": "openpyxl.Workbook",
    "docx.Document": "docx.document.Document",
    "spacy.load": "spacy.language.Language",
    "pwdlib.PasswordHash.recommended": "pwdlib.PasswordHash",
    "nats.connect": "nats.aio.client.Client",
    "playwright.sync_api.BrowserType.launch": "playwright.sync_api.Browser",
    **each("playwright.sync_api.Browser", "new_page", "playwright.sync_api.Page"),
    "playwright.sync_api.Browser.new_context": "playwright.sync_api.BrowserContext",
    "playwright.sync_api.BrowserContext.new_page": "playwright.sync_api.Page",
}

ATTRIBUTES = {
    "consul.Consul.kv": "consul.Consul.KV",
    "hvac.Client.secrets": "hvac.api.SecretsEngines",
    "hvac.api.SecretsEngines.kv": "hvac.api.secrets_engines.Kv",
    "hvac.api.secrets_engines.Kv.v2": "hvac.api.secrets_engines.kv_v2.KvV2",
    f"{_RESOURCE}.meta": "boto3.resources.base.ResourceMeta",
    "boto3.resources.base.ResourceMeta.client": _BOTO,
    **each(_RESOURCE, _COLLECTIONS, "boto3.resources.collection.CollectionManager"),
    f"{_OPENAI}.chat.Chat.completions": f"{_OPENAI}.chat.completions.Completions",
    f"{_OPENAI}.audio.Audio.transcriptions": f"{_OPENAI}.audio.Transcriptions",
    f"{_OPENAI}.audio.Audio.translations": f"{_OPENAI}.audio.Translations",
    f"{_OPENAI}.audio.Audio.speech": f"{_OPENAI}.audio.Speech",
    f"{_OPENAI}.beta.Beta.assistants": f"{_OPENAI}.beta.assistants.Assistants",
    f"{_OPENAI}.beta.Beta.threads": f"{_OPENAI}.beta.threads.Threads",
    f"{_OPENAI}.beta.threads.Threads.messages": f"{_OPENAI}.beta.threads.messages.Messages",
    f"{_OPENAI}.beta.threads.Threads.runs": f"{_OPENAI}.beta.threads.runs.Runs",
    f"{_OPENAI}.chat.AsyncChat.completions": f"{_OPENAI}.chat.completions.AsyncCompletions",
    "postgrest.SyncSelectRequestBuilder.not_": "postgrest.SyncSelectRequestBuilder",
    "postgrest.SyncFilterRequestBuilder.not_": "postgrest.SyncFilterRequestBuilder",
    "mailchimp_transactional.Client.messages": "mailchimp_transactional.api.messages_api.MessagesApi",
    "postmarker.core.PostmarkClient.emails": "postmarker.models.emails.EmailManager",
    "supabase.Client.auth": "supabase_auth.SyncGoTrueClient",
    "supabase_auth.SyncGoTrueClient.admin": "supabase_auth.SyncGoTrueAdminAPI",
    "supabase.Client.storage": "storage3.SyncStorageClient",
    "supabase.Client.functions": "supabase_functions.SyncFunctionsClient",
    "docker.DockerClient.containers": "docker.models.containers.ContainerCollection",
    "docker.DockerClient.images": "docker.models.images.ImageCollection",
    "twilio.rest.Client.messages": f"{_TWILIO}.message.MessageList",
    "twilio.rest.Client.calls": f"{_TWILIO}.call.CallList",
    "twilio.rest.Client.verify": "twilio.rest.verify.Verify",
    "twilio.rest.verify.Verify.v2": "twilio.rest.verify.v2.V2",
    "twilio.rest.verify.Verify.services": "twilio.rest.verify.v2.service.ServiceList",
    "twilio.rest.verify.v2.V2.services": "twilio.rest.verify.v2.service.ServiceList",
    "twilio.rest.verify.v2.service.ServiceContext.verifications": (
        "twilio.rest.verify.v2.service.verification.VerificationList"
    ),
    "twilio.rest.verify.v2.service.ServiceContext.verification_checks": (
        "twilio.rest.verify.v2.service.verification_check.VerificationCheckList"
    ),
    "notion_client.Client.pages": "notion_client.api_endpoints.PagesEndpoint",
    "notion_client.Client.databases": "notion_client.api_endpoints.DatabasesEndpoint",
    "web3.Web3.eth": "web3.eth.Eth",
    **each("playwright.sync_api.Playwright", "chromium firefox webkit", "playwright.sync_api.BrowserType"),
}

ENTERS = {
    "playwright.sync_api.sync_playwright": "playwright.sync_api.Playwright",
}

ITERATES = {
    "botocore.paginate.PageIterator": "io",
    "botocore.response.StreamingBody": "io",
    **each("botocore.response.StreamingBody", "iter_chunks iter_lines", "io"),
    **each("boto3.resources.collection.CollectionManager", "iterator pages", "io"),
    "boto3.resources.collection.ResourceCollection": "io",
    **each("google.cloud.storage.Client", "list_blobs list_buckets", "io"),
    "google.cloud.storage.Bucket.list_blobs": "io",
    "google.cloud.bigquery.QueryJob": "io",
    "google.cloud.bigquery.table.RowIterator": "io",
    "google.cloud.firestore.Query.stream": "io",
    "google.cloud.firestore.CollectionReference.list_documents": "io",
    **each("azure.storage.blob.ContainerClient", "list_blobs list_blob_names walk_blobs", "io"),
    "azure.storage.blob.BlobServiceClient.list_containers": "io",
    "azure.storage.blob.StorageStreamDownloader.chunks": "io",
    **each("azure.cosmos.ContainerProxy", "query_items read_all_items", "io"),
    **each("azure.data.tables.TableClient", "query_entities list_entities", "io"),
    **each("minio.Minio", "list_objects remove_objects", "io"),
    "kafka.KafkaConsumer": "io",
    "pika.adapters.blocking_connection.BlockingChannel.consume": "io",
    "paramiko.SFTPClient.listdir_iter": "io",
}

COROUTINES = (
    members(f"{_OPENAI}.chat.completions.AsyncCompletions", "create parse")
    | members(f"{_OPENAI}.completions.AsyncCompletions", "create")
    | members(f"{_OPENAI}.responses.AsyncResponses", "create parse retrieve")
    | members(f"{_OPENAI}.embeddings.AsyncEmbeddings", "create")
    | members(f"{_OPENAI}.images.AsyncImages", "generate edit")
    | members(f"{_OPENAI}.moderations.AsyncModerations", "create")
    | members(f"{_OPENAI}.files.AsyncFiles", "create retrieve delete")
    | members("aiosmtplib", "send")
    | members("aio_pika", "connect connect_robust")
    | members("aiokafka.AIOKafkaProducer", "start stop send send_and_wait flush")
    | members("aiokafka.AIOKafkaConsumer", "start stop getone getmany commit")
    | members("nats", "connect")
    | members("nats.aio.client.Client", "publish subscribe request drain close flush")
    | members(
        "slack_sdk.web.async_client.AsyncWebClient",
        "api_call auth_test chat_postMessage chat_postEphemeral chat_update chat_delete"
        " conversations_list conversations_open files_upload_v2 users_info users_list views_open"
        " views_publish",
    )
    | members("asyncssh", "connect")
)

ASYNC_CLIENTS = frozenset(
    {
        "aio_pika.connect",
        "aio_pika.connect_robust",
        "aiokafka.AIOKafkaProducer",
        "nats.connect",
        "slack_sdk.web.async_client.AsyncWebClient",
    }
)

FAMILY = Family(
    aliases=ALIASES,
    bases=BASES,
    returns=RETURNS,
    attributes=ATTRIBUTES,
    enters=ENTERS,
    iterates=ITERATES,
    coroutines=COROUTINES,
    async_clients=ASYNC_CLIENTS,
)
