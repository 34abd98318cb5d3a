using System.Management.Automation;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// Other modules' objects have a resource id, and its parts besides, which belong to another parameter set. The id decides: the binder takes what needs
    /// no conversion first, and of the rest only what goes with that. So this text is made one that needs conversion.
    /// </summary>
    internal sealed class AfterResourceIdAttribute : ArgumentTransformationAttribute
    {
        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => Late(inputData);

        /// <summary>The text, to be bound after those that are no such texts; anything else as it is.</summary>
        internal static object Late(object value) =>
            (value is PSObject wrapped ? wrapped.BaseObject : value) is string text ? new LateText(text) : value;

        private sealed class LateText
        {
            private readonly string _text;

            internal LateText(string text) => _text = text;

            public override string ToString() => _text;
        }
    }
}
