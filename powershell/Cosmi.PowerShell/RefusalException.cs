using System;

namespace Cosmi.PowerShell
{
    /// <summary>A refusal of the module's own, before the library was asked.</summary>
    internal sealed class RefusalException : ArgumentException
    {
        internal RefusalException(string message, string action)
            : base(message) => Action = action;

        /// <summary>What to do about it.</summary>
        internal string Action { get; }
    }
}
