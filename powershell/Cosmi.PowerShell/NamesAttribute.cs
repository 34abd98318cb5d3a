using System.Management.Automation;

namespace Cosmi.PowerShell
{
    /// <summary>
    /// Names that may come through the pipeline as texts. An object is no text: without this it would be made one as a last resort, where its property
    /// of the parameter's name is missing.
    /// </summary>
    internal sealed class NamesAttribute : ArgumentTransformationAttribute
    {
        /// <inheritdoc/>
        public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
        {
            if (inputData is PSObject document && document.BaseObject is PSCustomObject)
            {
                // The binder takes a failed cast as "not this parameter", and looks further.
                const string Message = "an object is no name";
                throw new ArgumentTransformationMetadataException(Message, new PSInvalidCastException(Message));
            }

            return inputData;
        }
    }
}
