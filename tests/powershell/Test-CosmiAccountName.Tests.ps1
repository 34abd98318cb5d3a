BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Test-CosmiAccountName' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Test-CosmiAccountName | Should -Be @(
            '-Client [Client] All'
            '-Name|AccountName [String[]] All!@0<value<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'tells of each name whether nobody has it, the caller or anybody else' {
        'newaccount', 'myaccount', 'contoso' | Test-CosmiAccountName | Should -Be @($true, $false, $false)
        Test-CosmiAccountName -Name newaccount | Should -BeOfType ([bool])
        $requests = @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.face -eq 'arm' })
        @($requests.method | Select-Object -Unique) | Should -Be 'HEAD'
    }

    It 'knows a name that was taken and given back' {
        $null = Invoke-Control -Simulator $simulator -Method POST -Path /operations -Body @{ retryAfter = '0' }
        $account = New-CosmiAccount -Name newaccount -ResourceGroupName rg -Location westeurope
        $account | Test-CosmiAccountName | Should -BeFalse
        $account | Remove-CosmiAccount -Confirm:$false
        Test-CosmiAccountName -Name newaccount | Should -BeTrue
    }

    It 'refuses what can be no name, asks nobody, and goes on' {
        $free = 'No_Name', 'newaccount' | Test-CosmiAccountName -ErrorAction SilentlyContinue -ErrorVariable failures
        $free | Should -Be $true
        @($failures).Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'Cosmi.InvalidArgument,*'
        $failures[0].TargetObject | Should -Be 'No_Name'
        $failures[0].ErrorDetails.RecommendedAction | Should -BeLike '*3 to 50*'
        @(Get-SimulatorJournal -Simulator $simulator | Where-Object { $_.face -eq 'arm' }).Count | Should -Be 1
    }

    It 'says that the identity may not ask' {
        Add-SimulatorFault -Simulator $simulator -Match @{ face = 'arm' } -Action @{ status = 403 }
        $failure = Invoke-Failing { Test-CosmiAccountName -Name newaccount -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Message | Should -BeLike '*databaseAccountNames/read*'
        $failure.Action | Should -BeLike '*Cosmos DB Account Reader Role*'
    }
}
