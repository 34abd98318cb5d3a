namespace Cosmi.Interop
{
    /// <summary>How important a log record is.</summary>
    public enum CosmiLogLevel
    {
        /// <summary>No records at all.</summary>
        Off = 0,

        /// <summary>What failed.</summary>
        Error = 1,

        /// <summary>What is odd but was coped with.</summary>
        Warning = 2,

        /// <summary>The steps of an operation.</summary>
        Info = 3,

        /// <summary>Each request and answer, without secrets.</summary>
        Debug = 4,
    }
}
