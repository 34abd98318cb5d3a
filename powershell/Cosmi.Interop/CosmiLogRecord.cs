namespace Cosmi.Interop
{
    /// <summary>One line the library logged. It never holds a secret.</summary>
    public sealed class CosmiLogRecord
    {
        internal CosmiLogRecord(CosmiLogLevel level, ulong operationId, string message)
        {
            Level = level;
            OperationId = operationId;
            Message = message;
        }

        /// <summary>How important it is.</summary>
        public CosmiLogLevel Level { get; }

        /// <summary>The operation it belongs to: a number above zero, unique in this process.</summary>
        public ulong OperationId { get; }

        /// <summary>The text, one line, English.</summary>
        public string Message { get; }

        /// <summary>The level and the text.</summary>
        /// <returns>For instance <c>Debug: GET https://management.azure.com/subscriptions 200</c>.</returns>
        public override string ToString() => Level + ": " + Message;
    }
}
