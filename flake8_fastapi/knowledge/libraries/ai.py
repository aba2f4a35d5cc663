"""Language models, embeddings and other services of AI."""

from __future__ import annotations

from .family import Family, each, members, moved, to

_OPENAI = "openai.resources"
_CHAT_MODEL = "langchain_core.language_models.BaseChatModel"

ALIASES = {
    **moved("openai.lib.azure", "openai", "AzureOpenAI AsyncAzureOpenAI"),
    **to("openai.OpenAI", "openai.Client"),
    **to("openai.AsyncOpenAI", "openai.AsyncClient"),
    **to("anthropic.Anthropic", "anthropic.Client", "anthropic._client.Anthropic"),
    **to("anthropic.AsyncAnthropic", "anthropic.AsyncClient", "anthropic._client.AsyncAnthropic"),
    **to("groq.Groq", "groq.Client", "groq._client.Groq"),
    **to("groq.AsyncGroq", "groq.AsyncClient", "groq._client.AsyncGroq"),
    "mistralai.client": "mistralai",
    "mistralai.sdk": "mistralai",
    "cohere.client.Client": "cohere.Client",
    "cohere.client_v2.ClientV2": "cohere.ClientV2",
    "google.genai.client.Client": "google.genai.Client",
    "google.generativeai.generative_models": "google.generativeai",
    "langchain_core.runnables.base.Runnable": "langchain_core.runnables.Runnable",
    "langchain.chat_models.base.BaseChatModel": _CHAT_MODEL,
    "langchain_core.language_models.chat_models.BaseChatModel": _CHAT_MODEL,
    "langchain_core.vectorstores.base.VectorStore": "langchain_core.vectorstores.VectorStore",
    "langchain_core.embeddings.embeddings.Embeddings": "langchain_core.embeddings.Embeddings",
    "langchain.schema.runnable.Runnable": "langchain_core.runnables.Runnable",
    "huggingface_hub.inference._client.InferenceClient": "huggingface_hub.InferenceClient",
}

BASES = {
    "openai.AzureOpenAI": ("openai.OpenAI",),
    "openai.AsyncAzureOpenAI": ("openai.AsyncOpenAI",),
    "langfuse.openai.OpenAI": ("openai.OpenAI",),
    "langfuse.openai.AsyncOpenAI": ("openai.AsyncOpenAI",),
    **dict.fromkeys(
        ("anthropic.AnthropicBedrock", "anthropic.AnthropicVertex"),
        ("anthropic.Anthropic",),
    ),
    "cohere.ClientV2": ("cohere.Client",),
    **dict.fromkeys(
        (
            "langchain_core.language_models.BaseChatModel",
            "langchain_core.language_models.BaseLanguageModel",
            "langchain_core.language_models.LLM",
            "langchain_core.retrievers.BaseRetriever",
            "langchain_core.runnables.RunnableSequence",
        ),
        ("langchain_core.runnables.Runnable",),
    ),
    **dict.fromkeys(
        (
            "langchain_openai.ChatOpenAI",
            "langchain_openai.AzureChatOpenAI",
            "langchain_anthropic.ChatAnthropic",
            "langchain_groq.ChatGroq",
            "langchain_google_genai.ChatGoogleGenerativeAI",
            "langchain_ollama.ChatOllama",
            "langchain_community.chat_models.ChatOpenAI",
        ),
        ("langchain_core.language_models.BaseChatModel",),
    ),
    **dict.fromkeys(
        ("langchain_openai.OpenAIEmbeddings", "langchain_huggingface.HuggingFaceEmbeddings"),
        ("langchain_core.embeddings.Embeddings",),
    ),
    **dict.fromkeys(
        (
            "langchain_chroma.Chroma",
            "langchain_community.vectorstores.FAISS",
            "langchain_pinecone.PineconeVectorStore",
        ),
        ("langchain_core.vectorstores.VectorStore",),
    ),
}

RETURNS = {
    "openai.OpenAI.with_options": "openai.OpenAI",
    "openai.AsyncOpenAI.with_options": "openai.AsyncOpenAI",
    "anthropic.Anthropic.with_options": "anthropic.Anthropic",
    "anthropic.AsyncAnthropic.with_options": "anthropic.AsyncAnthropic",
    "google.generativeai.GenerativeModel.start_chat": "google.generativeai.ChatSession",
    "google.genai.chats.Chats.create": "google.genai.chats.Chat",
    **each(
        "langchain_core.runnables.Runnable",
        "bind with_config with_retry pipe __or__",
        "langchain_core.runnables.Runnable",
    ),
    # A template alone does no I/O; what it is piped into does.
    "langchain_core.prompts.ChatPromptTemplate.__or__": "langchain_core.runnables.Runnable",
    "langchain_core.prompts.PromptTemplate.__or__": "langchain_core.runnables.Runnable",
    "langchain_core.vectorstores.VectorStore.as_retriever": "langchain_core.retrievers.BaseRetriever",
    "transformers.pipeline": "transformers.Pipeline",
    "whisper.load_model": "whisper.Whisper",
}

ATTRIBUTES = {
    "openai.OpenAI.chat": f"{_OPENAI}.chat.Chat",
    "openai.OpenAI.completions": f"{_OPENAI}.completions.Completions",
    "openai.OpenAI.responses": f"{_OPENAI}.responses.Responses",
    "openai.OpenAI.embeddings": f"{_OPENAI}.embeddings.Embeddings",
    "openai.OpenAI.images": f"{_OPENAI}.images.Images",
    "openai.OpenAI.audio": f"{_OPENAI}.audio.Audio",
    "openai.OpenAI.files": f"{_OPENAI}.files.Files",
    "openai.OpenAI.moderations": f"{_OPENAI}.moderations.Moderations",
    "openai.OpenAI.models": f"{_OPENAI}.models.Models",
    "openai.OpenAI.batches": f"{_OPENAI}.batches.Batches",
    "openai.OpenAI.vector_stores": f"{_OPENAI}.vector_stores.VectorStores",
    "openai.OpenAI.beta": f"{_OPENAI}.beta.Beta",
    "openai.AsyncOpenAI.chat": f"{_OPENAI}.chat.AsyncChat",
    "openai.AsyncOpenAI.completions": f"{_OPENAI}.completions.AsyncCompletions",
    "openai.AsyncOpenAI.responses": f"{_OPENAI}.responses.AsyncResponses",
    "openai.AsyncOpenAI.embeddings": f"{_OPENAI}.embeddings.AsyncEmbeddings",
    "openai.AsyncOpenAI.images": f"{_OPENAI}.images.AsyncImages",
    "openai.AsyncOpenAI.moderations": f"{_OPENAI}.moderations.AsyncModerations",
    "openai.AsyncOpenAI.files": f"{_OPENAI}.files.AsyncFiles",
    "anthropic.Anthropic.messages": "anthropic.resources.messages.Messages",
    "anthropic.Anthropic.models": "anthropic.resources.models.Models",
    "anthropic.AsyncAnthropic.messages": "anthropic.resources.messages.AsyncMessages",
    "groq.Groq.chat": "groq.resources.chat.Chat",
    "groq.resources.chat.Chat.completions": "groq.resources.chat.completions.Completions",
    "groq.Groq.embeddings": "groq.resources.embeddings.Embeddings",
    "groq.Groq.audio": "groq.resources.audio.Audio",
    "groq.resources.audio.Audio.transcriptions": "groq.resources.audio.Transcriptions",
    "groq.Groq.models": "groq.resources.models.Models",
    "groq.AsyncGroq.chat": "groq.resources.chat.AsyncChat",
    "groq.resources.chat.AsyncChat.completions": "groq.resources.chat.completions.AsyncCompletions",
    "together.Together.chat": "together.resources.chat.ChatResource",
    "together.resources.chat.ChatResource.completions": ("together.resources.chat.completions.CompletionsResource"),
    "together.Together.embeddings": "together.resources.embeddings.EmbeddingsResource",
    "mistralai.Mistral.chat": "mistralai.chat.Chat",
    "mistralai.Mistral.embeddings": "mistralai.embeddings.Embeddings",
    "google.genai.Client.models": "google.genai.models.Models",
    "google.genai.Client.chats": "google.genai.chats.Chats",
    "google.genai.Client.files": "google.genai.files.Files",
}

ITERATES = {
    "openai.Stream": "io",
    "anthropic.Stream": "io",
    "groq.Stream": "io",
    "anthropic.lib.streaming.MessageStream": "io",
    "langchain_core.runnables.Runnable.stream": "io",
    "mistralai.chat.Chat.stream": "io",
    **each("cohere.Client", "chat_stream generate_stream", "io"),
    "cohere.ClientV2.chat_stream": "io",
    "google.genai.models.Models.generate_content_stream": "io",
    "google.genai.chats.Chat.send_message_stream": "io",
}

COROUTINES = (
    members("openai.AsyncOpenAI", "close")
    | members("anthropic.resources.messages.AsyncMessages", "create count_tokens")
    | members("anthropic.AsyncAnthropic", "close")
    | members("groq.resources.chat.completions.AsyncCompletions", "create")
    | members("google.generativeai.GenerativeModel", "generate_content_async count_tokens_async")
    | members("google.generativeai.ChatSession", "send_message_async")
    | members("ollama.AsyncClient", "chat generate embeddings embed pull list show")
    | members("huggingface_hub.AsyncInferenceClient", "text_generation chat_completion feature_extraction")
    | members("replicate", "async_run")
    | members("langchain_core.runnables.Runnable", "ainvoke abatch")
    | members(
        "langchain_core.vectorstores.VectorStore",
        "aadd_documents aadd_texts asimilarity_search asimilarity_search_with_score afrom_documents afrom_texts",
    )
    | members("langchain_core.embeddings.Embeddings", "aembed_query aembed_documents")
)

ASYNC_CLIENTS = frozenset(
    {
        "openai.AsyncOpenAI",
        "openai.AsyncAzureOpenAI",
        "anthropic.AsyncAnthropic",
        "groq.AsyncGroq",
        "cohere.AsyncClient",
        "cohere.AsyncClientV2",
        "ollama.AsyncClient",
        "together.AsyncTogether",
        "huggingface_hub.AsyncInferenceClient",
    }
)

FAMILY = Family(
    aliases=ALIASES,
    bases=BASES,
    returns=RETURNS,
    attributes=ATTRIBUTES,
    iterates=ITERATES,
    coroutines=COROUTINES,
    async_clients=ASYNC_CLIENTS,
)
